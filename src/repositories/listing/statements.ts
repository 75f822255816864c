import { Prisma } from '../../generated/prisma/client.ts';
import type { CallFilter, ListPlace } from '../../domain/call-filter.ts';
import { matches, selectCalls, type SearchFacts } from './conditions.ts';

// The statements of lists, apart from who runs them, so that a bench can ask how PostgreSQL runs each.

/** Part of a list of calls, newest first, as their places in it. `after` is the last one seen. */
export function pageOfCalls(
  filter: CallFilter,
  page: { readonly limit: number; readonly after: ListPlace | null },
  facts: SearchFacts,
): Prisma.Sql {
  const { from, where, startTime, id } = selectCalls(filter, facts);
  const { after, limit } = page;
  const behind =
    after === null
      ? Prisma.sql`TRUE`
      : Prisma.sql`(${startTime}, ${id}) < (${after.at}::timestamptz, ${after.id}::uuid)`;
  return Prisma.sql`
    SELECT ${id}::text AS id,
      to_char(${startTime} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at
    FROM ${from} WHERE ${where} AND ${behind}
    ORDER BY ${startTime} DESC, ${id} DESC LIMIT ${limit}::int`;
}

/** The languages that digests have. Leaps from one to the next in their index. */
export function languagesInUse(): Prisma.Sql {
  return Prisma.sql`
    WITH RECURSIVE used AS (
      (SELECT "language" FROM "CallDigest" ORDER BY "language" LIMIT 1)
      UNION ALL
      SELECT (SELECT d."language" FROM "CallDigest" d WHERE d."language" > used."language"
        ORDER BY d."language" LIMIT 1)
      FROM used WHERE used."language" IS NOT NULL
    )
    SELECT "language" FROM used WHERE "language" IS NOT NULL`;
}

// Of a hundred thousand calls, so many are put in order within some milliseconds; and of words that are in
// more, a page is full after a thousand calls.
const RARE_UP_TO = 5_000;

/** For the statement below: going through the table instead would unpack document after document. */
export const BY_INDEX = Prisma.sql`SET LOCAL enable_seqscan = off`;

/** Whether few enough calls have these words to put them all in order. */
export function areRare(words: string, languages: readonly string[]): Prisma.Sql {
  return Prisma.sql`
    SELECT count(*) <= ${RARE_UP_TO}::int AS "isRare" FROM (
      SELECT 1 FROM "CallDigest" d WHERE ${matches(words, languages)} LIMIT ${RARE_UP_TO + 1}::int
    ) AS found`;
}

/** Around what was found. They are for private use, and are taken out of the texts before. */
export const HIT_BEGINS = '\uE000';
export const HIT_ENDS = '\uE001';

const MARKS = `StartSel=${HIT_BEGINS}, StopSel=${HIT_ENDS}`;
const WHOLE = `${MARKS}, HighlightAll=true`;
// Two passages of a line or two each.
const PASSAGES = `${MARKS}, MaxFragments=2, MinWords=8, MaxWords=24, FragmentDelimiter=" … "`;

// A passage is looked for in the first hour or two of a call; the search itself knows all of it.
const MARKED_CHARACTERS = 100_000;

/** Where the words of a search stand in the texts of these calls. */
export function hitsIn(callIds: readonly string[], words: string): Prisma.Sql {
  const { sql } = Prisma;
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
  return Prisma.sql`
    SELECT "failedStep" AS step, "failureCode" AS code, count(*)::int AS count,
      min(COALESCE("failedAt", "updatedAt")) AS "firstSeen",
      max(COALESCE("failedAt", "updatedAt")) AS "lastSeen"
    FROM "Call" WHERE "callStatus" = 'FAILED' AND "failedStep" IS NOT NULL
      AND "failureCode" IS NOT NULL
    GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2`;
}
