import type { z } from 'zod';

import { connectWiseError } from './errors.ts';
import { PAGE_SIZE, toQueryString, type ListQuery } from './query.ts';
import type { Get } from './transport.ts';

/** A list of ConnectWise: its path, the query, and the schema of a page. */
export type List<T> = {
  readonly path: string;
  readonly query: ListQuery;
  readonly schema: z.ZodType<T[]>;
};

/** More pages than this, for a handful of digits, mean that the server ignores the query. */
const MAX_PAGES = 10;

/**
 * Reads a list to its end. `admit` is awaited before each page but the first, which the caller has
 * accounted for. Pages are counted up; the address in Link is never followed, because a hostile
 * answer could point it elsewhere.
 */
export async function readAllPages<T>(
  get: Get,
  list: List<T>,
  { admit, signal }: { readonly admit: () => Promise<void>; readonly signal: AbortSignal },
): Promise<T[]> {
  const records: T[] = [];
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    if (page > 1) await admit();
    const { items, link } = await readPage(get, list, { page, pageSize: PAGE_SIZE, signal });
    records.push(...items);
    if (!hasNext(link, items.length)) return records;
  }
  throw connectWiseError(
    'CONNECTWISE_REPLY_INVALID',
    `the answer has over ${MAX_PAGES} pages, as if the query were ignored`,
  );
}

/** Reads one page of a list; pages count from 1. */
export async function readPage<T>(
  get: Get,
  { path, query, schema }: List<T>,
  {
    page,
    pageSize,
    signal,
  }: { readonly page: number; readonly pageSize: number; readonly signal: AbortSignal },
): Promise<{ readonly items: T[]; readonly link: string | null }> {
  const paging = { pageSize: String(pageSize), page: String(page) };
  const { json, link } = await get(`${path}?${toQueryString({ ...query, ...paging })}`, signal);
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.join('.') ?? '';
    throw connectWiseError(
      'CONNECTWISE_REPLY_INVALID',
      `the form of the answer is unknown at "${place}"`,
    );
  }
  return { items: parsed.data, link };
}

/** Link is certain (a server may cap the page size); without it, a short page is the last one. */
function hasNext(link: string | null, length: number): boolean {
  return link === null ? length === PAGE_SIZE : /;\s*rel="?next"?/i.test(link);
}
