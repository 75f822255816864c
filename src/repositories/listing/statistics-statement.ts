import { Prisma } from '../../generated/prisma/client.ts';
import type { Grouping } from '../../domain/statistics.ts';
import { ALL, monthOf, monthsOf } from './counted-months.ts';
import { percentilesOf } from './percentiles.ts';

const { sql } = Prisma;

/**
 * What the calls that began in a range have in common, in groups and, where `isTotal`, all together.
 * `maxGroups` are returned: days in their order, otherwise those with the most calls. Whole days that are counted
 * (see `CountedDay`) and have not changed since are taken from there, or together from `CountedMonth` if a month has been
 * made of exactly them; of other days, each call is read.
 */
export function statisticsOf(
  { from, to, by }: { readonly from: Date; readonly to: Date; readonly by: Grouping },
  maxGroups: number,
): Prisma.Sql {
  const first = sql`(${from.toISOString()}::timestamptz AT TIME ZONE 'UTC')`;
  const end = sql`(${to.toISOString()}::timestamptz AT TIME ZONE 'UTC')`;
  const isOfCompany = by === 'company';
  return sql`
    WITH counted AS MATERIALIZED (
      SELECT c."day", c."version" FROM "CountedDay" c
      WHERE c."by" = 'day' AND c."day" >= ${first} AND c."day" + 1 <= ${end}
        AND NOT EXISTS (SELECT FROM "ChangedDay" m WHERE m."day" = c."day")
    ), whole AS MATERIALIZED (
      SELECT m."month" FROM (${monthsOf(sql`counted`)}) made
      JOIN "CountedMonth" m ON m."by" = ${ALL} AND m."month" = made."month" AND m."madeOf" = made."madeOf"
    ), months AS MATERIALIZED (
      -- An empty list is added to each so that it is unpacked once, rather than by each function that looks into it.
      SELECT c."by" = ${ALL} AS "isTotal", c.key COLLATE "C" AS key, ${COUNTS}, c.durations || '{}' AS durations
      FROM "CountedMonth" c JOIN whole ON whole."month" = c."month" WHERE c."by" IN (${by}, ${ALL})
    ), single AS MATERIALIZED (
      SELECT "day" FROM counted WHERE ${monthOf(sql`"day"`)} NOT IN (SELECT "month" FROM whole)
    ), days AS MATERIALIZED (
      SELECT c.key COLLATE "C" AS key, ${COUNTS}, c.durations
      FROM "CountedDay" c JOIN single ON single."day" = c."day" WHERE c."by" = ${by}
      UNION ALL
      SELECT c.key COLLATE "C", ${COUNTS}, c.durations
      FROM generate_series(${first}::date::timestamp, ${end}, '1 day') AS start,
        "countCalls"(GREATEST(start, ${first}) AT TIME ZONE 'UTC',
          LEAST(start + interval '1 day', ${end}) AT TIME ZONE 'UTC', ARRAY[${by}]::text[]) c
      WHERE start::date NOT IN (SELECT "day" FROM counted)
    ), sums AS (
      SELECT grouping(key) = 1 AS "isTotal", key, COALESCE(sum(calls), 0)::int AS calls,
        COALESCE(sum(analyzed), 0)::int AS analyzed, COALESCE(sum("noSpeech"), 0)::int AS "noSpeech",
        COALESCE(sum(failed), 0)::int AS failed, COALESCE(sum(processing), 0)::int AS processing,
        COALESCE(sum("recordedSeconds"), 0)::float8 AS "recordedSeconds",
        CASE WHEN COALESCE(sum("unknownBills"), 0) = 0 THEN COALESCE(sum("speechSeconds"), 0)::float8 END
          AS "speechSeconds",
        COALESCE(sum("inputTokens"), 0)::float8 AS "inputTokens",
        COALESCE(sum("outputTokens"), 0)::float8 AS "outputTokens",
        COALESCE(sum("paidInVain"), 0) > 0 AS estimated
      FROM (
        SELECT key, ${COUNTS} FROM months c WHERE NOT "isTotal" UNION ALL SELECT key, ${COUNTS} FROM days c
      ) parts GROUP BY GROUPING SETS ((key), ())
    ), lists AS MATERIALIZED (
      SELECT "isTotal", key, durations FROM months
      UNION ALL
      SELECT grouping(key) = 1, COALESCE(key, ''), array_agg(duration ORDER BY duration)
      FROM days CROSS JOIN LATERAL unnest(days.durations) AS duration
      GROUP BY GROUPING SETS ((key), ())
    )
    SELECT s."isTotal", ${isOfCompany ? sql`o."connectwiseId"` : sql`NULLIF(s.key, '')`} AS key,
      ${isOfCompany ? sql`o."name"` : sql`NULL::text`} AS name, s.calls, s.analyzed, s."noSpeech", s.failed,
      s.processing, s."recordedSeconds", t.median AS "medianSeconds", t.p95 AS "p95Seconds", s."speechSeconds",
      s."inputTokens", s."outputTokens", s.estimated
    FROM sums s
    LEFT JOIN (${percentilesOf(sql`lists`)}) t ON t."isTotal" = s."isTotal" AND t.key = COALESCE(s.key, '')
    ${isOfCompany ? sql`LEFT JOIN "Company" o ON o.id = NULLIF(s.key, '')::uuid` : Prisma.empty}
    ORDER BY s."isTotal" DESC, ${by === 'day' ? sql`s.key` : sql`s.calls DESC, s.key`}
    LIMIT ${maxGroups + 1}::int`;
}

const COUNTS = sql`c.calls, c.analyzed, c."noSpeech", c.failed, c.processing, c."recordedSeconds",
  c."speechSeconds", c."unknownBills", c."inputTokens", c."outputTokens", c."paidInVain"`;
