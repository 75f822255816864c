import type { Page } from './list-query.ts';

/** The RFC 5988 `Link` header of a page: next and last, previous and first, if they exist; null for a single page. */
export function toLinkHeader(requestUrl: URL, page: Page): string | null {
  const links: [string, number][] = [];
  if (page.page < page.lastPage) {
    links.push(['next', page.page + 1], ['last', page.lastPage]);
  }
  if (page.page > 1) {
    links.push(['prev', page.page - 1], ['first', 1]);
  }
  return links.length === 0
    ? null
    : links.map(([relation, number]) => toLink(requestUrl, relation, number)).join(', ');
}

function toLink(requestUrl: URL, relation: string, page: number): string {
  const url = new URL(requestUrl);
  url.searchParams.set('page', String(page));
  return `<${url.href}>; rel="${relation}"`;
}
