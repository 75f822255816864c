import { Prisma } from '../../generated/prisma/client.ts';
import type { Grouping } from '../../domain/statistics.ts';

const { sql } = Prisma;

/**
 * What the calls that began in a range have in common, in groups and, where `isTotal`, all together.
 * `maxGroups` are returned: days in their order, otherwise those with the most calls. Whole days that are counted
 * (see `CountedDay`) and have not changed since are taken from there; of other days, each call is read.
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
      SELECT c."day" FROM "CountedDay" c
      WHERE c."by" = 'day' AND c."day" >= ${first} AND c."day" + 1 <= ${end}
        AND NOT EXISTS (SELECT FROM "ChangedDay" m WHERE m."day" = c."day")
    ), parts AS MATERIALIZED (
      SELECT c.key COLLATE "C" AS key, ${COUNTS}
      FROM "CountedDay" c JOIN counted ON counted."day" = c."day" WHERE c."by" = ${by}
      UNION ALL
      SELECT c.key COLLATE "C", ${COUNTS}
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
      FROM parts GROUP BY GROUPING SETS ((key), ())
    ), times AS (
      SELECT grouping(key) = 1 AS "isTotal", key,
        -- Both at once, so that the durations are sorted once.
        percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY duration) AS percentiles
      -- In order before there are many, so that they need not be sorted by their keys.
      FROM (SELECT key, durations FROM parts ORDER BY key) p CROSS JOIN LATERAL unnest(p.durations) AS duration
      GROUP BY GROUPING SETS ((key), ())
    )
    SELECT s."isTotal", ${isOfCompany ? sql`o."connectwiseId"` : sql`NULLIF(s.key, '')`} AS key,
      ${isOfCompany ? sql`o."name"` : sql`NULL::text`} AS name, s.calls, s.analyzed, s."noSpeech", s.failed,
      s.processing, s."recordedSeconds", t.percentiles[1] AS "medianSeconds",
      t.percentiles[2] AS "p95Seconds", s."speechSeconds", s."inputTokens", s."outputTokens", s.estimated
    FROM sums s
    LEFT JOIN times t ON t."isTotal" = s."isTotal" AND COALESCE(t.key, '') = COALESCE(s.key, '')
    ${isOfCompany ? sql`LEFT JOIN "Company" o ON o.id = NULLIF(s.key, '')::uuid` : Prisma.empty}
    ORDER BY s."isTotal" DESC, ${by === 'day' ? sql`s.key` : sql`s.calls DESC, s.key`}
    LIMIT ${maxGroups + 1}::int`;
}

const COUNTS = sql`c.calls, c.analyzed, c."noSpeech", c.failed, c.processing, c."recordedSeconds",
  c."speechSeconds", c."unknownBills", c."inputTokens", c."outputTokens", c."paidInVain", c.durations`;
