import { Prisma } from '../../generated/prisma/client.ts';
import type { Grouping } from '../../domain/statistics.ts';

const { sql } = Prisma;

/** By what calls are grouped: `d` is the digest of a call. `null` for calls without it. */
const KEYS: Readonly<Record<Grouping, Prisma.Sql>> = {
  day: sql`(d."startTime" AT TIME ZONE 'UTC')::date`,
  // A call that has no outcome yet, or failed, counts by its status.
  outcome: sql`COALESCE(d."outcome"::text, d."callStatus"::text)`,
  company: sql`d."companyId"`,
  companyMatch: sql`d."companyMatch"`,
  category: sql`d."category"`,
  priority: sql`d."priority"`,
  sentiment: sql`d."sentiment"`,
};

/**
 * What the calls that began in a range have in common, in groups and, where `isTotal`, all together.
 * `maxGroups` are returned: days in their order, otherwise those with the most calls.
 */
export function statisticsOf(
  { from, to, by }: { readonly from: Date; readonly to: Date; readonly by: Grouping },
  maxGroups: number,
): Prisma.Sql {
  const isOfCompany = by === 'company';
  return sql`
    SELECT g."isTotal", ${isOfCompany ? sql`o."connectwiseId"` : sql`g.key::text`} AS key,
      ${isOfCompany ? sql`o."name"` : sql`NULL::text`} AS name, g.calls, g.analyzed, g."noSpeech", g.failed,
      g.processing, g."recordedSeconds", g.percentiles[1] AS "medianSeconds",
      g.percentiles[2] AS "p95Seconds", g."speechSeconds", g."inputTokens",
      g."outputTokens", g.estimated
    FROM (
      SELECT grouping(${KEYS[by]}) = 1 AS "isTotal", ${KEYS[by]} AS key, count(*)::int AS calls,
        (count(*) FILTER (WHERE d."outcome" = 'ANALYZED'))::int AS analyzed,
        (count(*) FILTER (WHERE d."outcome" = 'NO_SPEECH'))::int AS "noSpeech",
        (count(*) FILTER (WHERE d."callStatus" = 'FAILED'))::int AS failed,
        (count(*) FILTER (WHERE d."callStatus" = 'PROCESSING'))::int AS processing,
        COALESCE(sum(d."recordingSeconds"::float8), 0) AS "recordedSeconds",
        -- Both at once, so that the durations are sorted once.
        percentile_cont(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY d."duration"::float8)
          FILTER (WHERE d."callStatus" = 'COMPLETED') AS percentiles,
        CASE WHEN bool_or(d."unknownBills" > 0) THEN NULL
          ELSE COALESCE(sum(d."speechSeconds"::float8), 0)
        END AS "speechSeconds",
        COALESCE(sum(d."inputTokens"::float8), 0) AS "inputTokens",
        COALESCE(sum(d."outputTokens"::float8), 0) AS "outputTokens",
        COALESCE(bool_or(d."paidInVain" > 0), FALSE) AS estimated
      FROM "CallDigest" d
      WHERE d."startTime" >= ${from.toISOString()}::timestamptz
        AND d."startTime" < ${to.toISOString()}::timestamptz
      GROUP BY GROUPING SETS ((${KEYS[by]}), ())
    ) g
    ${isOfCompany ? sql`LEFT JOIN "Company" o ON o.id = g.key` : Prisma.empty}
    ORDER BY g."isTotal" DESC, ${by === 'day' ? sql`g.key` : sql`g.calls DESC, key`}
    LIMIT ${maxGroups + 1}::int`;
}
