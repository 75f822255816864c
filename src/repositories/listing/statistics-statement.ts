import { Prisma } from '../../generated/prisma/client.ts';
import type { Grouping } from '../../domain/statistics.ts';

const { sql } = Prisma;

/** By what calls are grouped: `c` is the call, `d` its digest, `o` its company. `null` for calls without it. */
const KEYS: Readonly<Record<Grouping, Prisma.Sql>> = {
  day: sql`to_char(c."startTime" AT TIME ZONE 'UTC', 'YYYY-MM-DD')`,
  // A call that has no outcome yet, or failed, counts by its status.
  outcome: sql`COALESCE(c."outcome"::text, c."callStatus"::text)`,
  company: sql`o."connectwiseId"`,
  companyMatch: sql`c."companyMatch"::text`,
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
  const name = by === 'company' ? sql`o."name"` : sql`NULL::text`;
  return sql`
    WITH picked AS (
      SELECT c.id, c."callStatus" AS status, c."outcome", c."duration", c."recordingSeconds" AS seconds,
        ${KEYS[by]} AS key, ${name} AS name
      FROM "Call" c
      LEFT JOIN "CallDigest" d ON d."callId" = c.id
        -- The same for every call and digest; by it, PostgreSQL finds these in one go.
        AND d."startTime" >= ${from.toISOString()}::timestamptz
        AND d."startTime" < ${to.toISOString()}::timestamptz
      LEFT JOIN "Company" o ON o.id = c."companyId"
      WHERE c."startTime" >= ${from.toISOString()}::timestamptz
        AND c."startTime" < ${to.toISOString()}::timestamptz
    )
    SELECT grouping(key) = 1 AS "isTotal", key, name, count(*)::int AS calls,
      (count(*) FILTER (WHERE outcome = 'ANALYZED'))::int AS analyzed,
      (count(*) FILTER (WHERE outcome = 'NO_SPEECH'))::int AS "noSpeech",
      (count(*) FILTER (WHERE status = 'FAILED'))::int AS failed,
      (count(*) FILTER (WHERE status = 'PROCESSING'))::int AS processing,
      COALESCE(sum(picked.seconds), 0)::float8 AS "recordedSeconds",
      percentile_cont(0.5) WITHIN GROUP (ORDER BY duration::float8)
        FILTER (WHERE status = 'COMPLETED') AS "medianSeconds",
      percentile_cont(0.95) WITHIN GROUP (ORDER BY duration::float8)
        FILTER (WHERE status = 'COMPLETED') AS "p95Seconds",
      CASE WHEN bool_or(t."isUnknown") THEN NULL
        ELSE (COALESCE(sum(t.seconds), 0) + COALESCE(sum(v.seconds), 0))::float8
      END AS "speechSeconds",
      COALESCE(bool_or(v.seconds IS NOT NULL), FALSE) AS estimated,
      (COALESCE(sum(a.input), 0) + COALESCE(sum(n.input), 0) + COALESCE(sum(w.input), 0))::float8
        AS "inputTokens",
      (COALESCE(sum(a.output), 0) + COALESCE(sum(n.output), 0) + COALESCE(sum(w.output), 0))::float8
        AS "outputTokens"
    FROM picked
    LEFT JOIN LATERAL (SELECT "billedSeconds" + "priorSeconds" AS seconds,
        "billedSeconds" + "priorSeconds" IS NULL AS "isUnknown"
      FROM "Transcript" WHERE "callId" = picked.id) t ON TRUE
    LEFT JOIN LATERAL (SELECT sum("secondsInVain") AS seconds
      FROM "SpeechOperation" WHERE "callId" = picked.id) v ON TRUE
    LEFT JOIN LATERAL (SELECT sum("inputTokens" - "chunkInputTokens") AS input,
        sum("outputTokens" - "chunkOutputTokens") AS output
      FROM "CallAnalysis" WHERE "callId" = picked.id) a ON TRUE
    LEFT JOIN LATERAL (SELECT sum("inputTokens") AS input, sum("outputTokens") AS output
      FROM "AnalysisChunk" WHERE "callId" = picked.id) n ON TRUE
    LEFT JOIN LATERAL (SELECT sum("inputTokens") AS input, sum("outputTokens") AS output
      FROM "AnalysisAttempt" WHERE "callId" = picked.id) w ON TRUE
    GROUP BY GROUPING SETS ((key, name), ())
    ORDER BY "isTotal" DESC, ${by === 'day' ? sql`key` : sql`count(*) DESC, key`}
    LIMIT ${maxGroups + 1}::int`;
}
