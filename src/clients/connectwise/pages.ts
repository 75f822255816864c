import type { z } from 'zod';

import { replyInvalid } from './errors.ts';
import { PAGE_SIZE, toQueryString, type ListQuery } from './query.ts';
import type { Get } from './transport.ts';

/** A list of ConnectWise: where it is, what is asked of it and the form of a page. */
export type List<T> = {
  readonly path: string;
  readonly query: ListQuery;
  readonly schema: z.ZodType<T[]>;
};

/** More pages than this, for a handful of digits, means that the server ignores the query. */
const MOST_PAGES = 10;

/**
 * Reads a list to its end. `admit` is asked before each page but the first, which the caller has
 * accounted for. Pages are counted up, never followed by the address in Link, which a hostile answer
 * could point elsewhere.
 */
export async function readAllPages<T>(
  get: Get,
  list: List<T>,
  admit: () => Promise<void>,
  signal: AbortSignal,
): Promise<T[]> {
  const records: T[] = [];
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    if (page > 1) await admit();
    const { part, link } = await readPage(get, list, { page, pageSize: PAGE_SIZE }, signal);
    records.push(...part);
    if (!goesOn(link, part.length)) return records;
  }
  throw replyInvalid(`the answer has over ${MOST_PAGES} pages, as if the query were ignored`);
}

/** Reads one page of a list. */
export async function readPage<T>(
  get: Get,
  { path, query, schema }: List<T>,
  { page, pageSize }: { readonly page: number; readonly pageSize: number },
  signal: AbortSignal,
): Promise<{ readonly part: T[]; readonly link: string | null }> {
  const paging = { pageSize: String(pageSize), page: String(page) };
  const { json, link } = await get(`${path}?${toQueryString({ ...query, ...paging })}`, signal);
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.join('.') ?? '';
    throw replyInvalid(`the form of the answer is unknown at "${place}"`);
  }
  return { part: parsed.data, link };
}

/** Link tells for sure (a server may cap the page size); without it a short page is the last. */
function goesOn(link: string | null, length: number): boolean {
  return link === null ? length === PAGE_SIZE : /;\s*rel="?next"?/i.test(link);
}
