import { Prisma } from '../../generated/prisma/client.ts';
import type { CallFilter, ListPlace } from '../../domain/call-filter.ts';
import { conditionsOf } from './conditions.ts';
import { hasFacets } from './facets.ts';
import type { SearchQuery } from './search-query.ts';

const { sql } = Prisma;

// The statements of lists, apart from who runs them, so that a bench can ask how PostgreSQL runs each.

/** A part of a list: so many calls behind `after`, which is the last one seen. */
export type Page = { readonly limit: number; readonly after: ListPlace | null };

const PLACE = sql`d."callId"::text AS id,
  to_char(d."startTime" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at`;

const NEWEST_FIRST = sql`ORDER BY d."startTime" DESC, d."callId" DESC`;

/** Part of a list without a search, newest first, as the places of the calls in it. */
export function pageOfCalls(filter: CallFilter, { limit, after }: Page): Prisma.Sql {
  return sql`SELECT ${PLACE} FROM "CallDigest" d WHERE ${conditionsOf(filter, after)}
    ${NEWEST_FIRST} LIMIT ${limit}::int`;
}

/**
 * Until the end of the transaction, PostgreSQL reads no table from end to end (it takes a text for as cheap as
 * a number, and would unpack one after the other), and compiles no statement, which takes longer than running it.
 */
export const BY_INDEX = sql`SELECT set_config('enable_seqscan', 'off', TRUE), set_config('jit', 'off', TRUE)`;

/**
 * The words of a search in each language that digests have; a call is searched in its own, because only
 * its endings are endings in it. Leaps from one language to the next in their index. Sets what BY_INDEX sets.
 */
export function parsedWords(words: string): Prisma.Sql {
  return sql`
    WITH RECURSIVE used AS (
      (SELECT "language" FROM "CallDigest" ORDER BY "language" LIMIT 1)
      UNION ALL
      SELECT (SELECT d."language" FROM "CallDigest" d WHERE d."language" > used."language"
        ORDER BY d."language" LIMIT 1)
      FROM used WHERE used."language" IS NOT NULL
    )
    SELECT "language", websearch_to_tsquery("language"::regconfig, ${words})::text AS query,
      set_config('enable_seqscan', 'off', TRUE) || set_config('jit', 'off', TRUE) AS settings
    FROM used WHERE "language" IS NOT NULL`;
}

/**
 * Of so many calls, the texts are read one by one. A page is full by then if one call in four has what is
 * searched for; and that takes only some milliseconds if none has it.
 */
const LOOKED_THROUGH = 200;

/**
 * The statements of a search in a list, to be sent one after the other until a page is full or says `isAll`: that
 * page, or the last one, is the answer. The first ones are quick, and fill the page of most searches.
 */
export function searchesOf(filter: CallFilter, query: SearchQuery, page: Page): Prisma.Sql[] {
  return [
    searchNewest(filter, query, page),
    searchMonths(filter, query, page, query.excludes ? 0 : NEWEST_DAYS),
    searchAll(filter, query, page),
    searchMonths(filter, query, page),
  ];
}

/**
 * Part of a list with a search, as far as the newest calls of the list show it. `isAll` says whether there
 * are no others.
 */
function searchNewest(filter: CallFilter, query: SearchQuery, page: Page): Prisma.Sql {
  const { limit, after } = page;
  return sql`
    WITH newest AS MATERIALIZED (
      SELECT d."callId", d."startTime", d."document" FROM "CallDigest" d
      WHERE ${conditionsOf(filter, after)} ${NEWEST_FIRST} LIMIT ${LOOKED_THROUGH}::int
    )
    SELECT looked.calls < ${LOOKED_THROUGH}::int AS "isAll", found.id, found.at
    FROM (SELECT count(*) AS calls FROM newest) looked
    LEFT JOIN LATERAL (
      SELECT ${PLACE} FROM newest d
      WHERE d."document" @@ ${query.byIndex}::tsquery ${alsoBy(query.byDocument)}
      ${NEWEST_FIRST} LIMIT ${limit}::int
    ) found ON TRUE`;
}

/** The rows of so many calls are read within twenty milliseconds; most searches find fewer. */
const FOUND_AT_MOST = 20_000;

/**
 * The same as all calls show it that have the words and what the filter wants: the index knows them, without
 * reading a text. Only for a phrase of three or more words texts are read, newest first, until the page is full.
 * If `isAll` is false, there are too many to put them in order, and nothing is returned.
 */
export function searchAll(filter: CallFilter, query: SearchQuery, page: Page): Prisma.Sql {
  // A text stands beside the row, which only points to it.
  const document = query.byDocument === null ? Prisma.empty : sql`, d."document"`;
  return sql`
    WITH found AS MATERIALIZED (
      SELECT d."callId", d."startTime", ${conditionsOf(filter, page.after)} AS "isWanted" ${document}
      FROM "CallDigest" d WHERE d."document" @@ ${query.byIndex}::tsquery
        AND ${hasFacets(filter)} LIMIT ${FOUND_AT_MOST}::int
    )
    SELECT looked.calls < ${FOUND_AT_MOST}::int AS "isAll", d.id, d.at
    FROM (SELECT count(*) AS calls FROM found) looked
    LEFT JOIN LATERAL (
      SELECT ${PLACE} FROM (${inOrder(sql`found d WHERE d."isWanted"`, query, page)}) d ${NEWEST_FIRST}
    ) d ON looked.calls < ${FOUND_AT_MOST}::int`;
}

// In the first week of a month, the one before is looked through too, because it has most of the newest calls. Not for
// what excludes something: PostgreSQL looks for the words first, and asks for the month only what has them, so that what
// no call has, such as a word without another that all calls have, costs as much for each month as for all.
const NEWEST_DAYS = 7;

/**
 * The same month by month, the newest first, until the page is full: so no more rows are read than a month has.
 * For words of many calls, most of which any month has. With `days`, only the months of so many days; otherwise all.
 */
export function searchMonths(
  filter: CallFilter,
  query: SearchQuery,
  page: Page,
  days?: number,
): Prisma.Sql {
  const { limit, after } = page;
  const { from, to } = filter;
  const time = (value: string | undefined) => sql`${value ?? null}::timestamptz`;
  const ofMonth = sql`(
    SELECT * FROM "CallDigest" d WHERE d."document" @@ ${query.byIndex}::tsquery
      AND ${hasFacets(filter, sql`'month:' || walk.month`)}
    OFFSET 0
  ) d WHERE ${conditionsOf(filter, after)}`;
  return sql`
    WITH RECURSIVE times AS (
      SELECT LEAST(${time(to?.toISOString())}, ${time(after?.at)}, max("startTime")) AS newest,
        GREATEST(${time(from?.toISOString())}, min("startTime")) AS oldest
      FROM "CallDigest"
    ), walk AS (
      SELECT "monthOf"(newest) AS month,
        "monthOf"(GREATEST(oldest, newest - ${days ?? null}::int * interval '1 day')) AS oldest,
        0 AS found, NULL::uuid[] AS ids, NULL::timestamptz[] AS times
      FROM times
      UNION ALL
      SELECT walk.month - 1, walk.oldest, walk.found + page.calls, page.ids, page.times
      FROM walk, LATERAL (
        SELECT count(*)::int AS calls, array_agg(d."callId") AS ids, array_agg(d."startTime") AS times
        FROM (${inOrder(ofMonth, query, page)}) d
      ) page
      WHERE walk.month >= walk.oldest AND walk.found < ${limit}::int
    )
    SELECT ${days === undefined}::boolean AS "isAll", ${PLACE} FROM walk, unnest(walk.ids, walk.times) AS d("callId", "startTime")
    ${NEWEST_FIRST} LIMIT ${limit}::int`;
}

/**
 * Those of the digests that have the words, newest first, as far as the page goes. OFFSET keeps the planner from
 * beginning with something that looks cheaper than the index of words, and from reading texts before it has put the
 * calls in order.
 */
function inOrder(digests: Prisma.Sql, query: SearchQuery, { limit }: Page): Prisma.Sql {
  return query.byDocument === null
    ? sql`SELECT d."callId", d."startTime" FROM ${digests} ${NEWEST_FIRST} LIMIT ${limit}::int`
    : sql`SELECT d."callId", d."startTime" FROM (
          SELECT d."callId", d."startTime", d."document" FROM ${digests} ${NEWEST_FIRST} OFFSET 0
        ) d WHERE TRUE ${alsoBy(query.byDocument)} ${NEWEST_FIRST} LIMIT ${limit}::int`;
}

function alsoBy(query: string | null): Prisma.Sql {
  return query === null ? Prisma.empty : sql`AND d."document" @@ ${query}::tsquery`;
}

/** Around what was found. They are for private use, and are taken out of the texts before. */
export const HIT_BEGINS = '\uE000';
export const HIT_ENDS = '\uE001';

const MARKS = `StartSel=${HIT_BEGINS}, StopSel=${HIT_ENDS}`;
const WHOLE = `${MARKS}, HighlightAll=true`;
// Two passages of a line or two each.
const PASSAGES = `${MARKS}, MaxFragments=2, MinWords=8, MaxWords=24, FragmentDelimiter=" … "`;

// Marking takes PostgreSQL about a second for ten million characters. A page of fifty calls has at most so many of
// each: the first half an hour of a call. The search itself knows all of it.
const MARKED_CHARACTERS = 20_000;

/** Where the words of a search stand in the texts of these calls. */
export function hitsIn(callIds: readonly string[], words: string): Prisma.Sql {
  const marked = (text: Prisma.Sql, options: string) =>
    sql`ts_headline(d."language"::regconfig, translate(${text}, ${HIT_BEGINS + HIT_ENDS}, ''),
      websearch_to_tsquery(d."language"::regconfig, ${words}), ${options})`;
  return sql`
    SELECT d."callId"::text AS id,
      ${marked(sql`d."companyName"`, WHOLE)} AS company,
      ${marked(sql`a.data ->> 'summary'`, WHOLE)} AS summary,
      CASE jsonb_typeof(a.data -> 'quotes') WHEN 'array' THEN
        ARRAY(SELECT ${marked(sql`quote`, WHOLE)}
          FROM jsonb_array_elements_text(a.data -> 'quotes') AS quote)
        ELSE ARRAY[]::text[] END AS quotes,
      ${marked(sql`left(t.text, ${MARKED_CHARACTERS}::int)`, PASSAGES)} AS transcript
    FROM "CallDigest" d
    LEFT JOIN "Transcript" t ON t."callId" = d."callId"
    LEFT JOIN "CallAnalysis" a ON a.id = d."callAnalysisId"
    WHERE d."callId" IN (${Prisma.join(callIds.map((id) => sql`${id}::uuid`))})`;
}

/** The calls that FAILED, by step and code. */
export function failureGroups(): Prisma.Sql {
  return sql`
    SELECT "failedStep" AS step, "failureCode" AS code, count(*)::int AS count,
      min(COALESCE("failedAt", "updatedAt")) AS "firstSeen",
      max(COALESCE("failedAt", "updatedAt")) AS "lastSeen"
    FROM "Call" WHERE "callStatus" = 'FAILED' AND "failedStep" IS NOT NULL
      AND "failureCode" IS NOT NULL
    GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`;
}
