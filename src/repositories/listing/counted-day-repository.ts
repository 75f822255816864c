import { GROUPINGS } from '../../domain/statistics.ts';
import { Prisma } from '../../generated/prisma/client.ts';
import type { Database } from '../database.ts';
import { ALL, monthsOf } from './counted-months.ts';

// Any number that nobody else uses: see also LOCK_KEY of the migrations.
const LOCK_KEY = 72_707_371;

/**
 * Days whose calls are added up beforehand, so that statistics of a year need not read every call. A day is
 * counted when it is a week old, because most calls do not change later; it may be counted at any time again.
 */
export function createCountedDayRepository(database: Pick<Database, 'transaction'>) {
  return {
    /** The days (`2026-11-30`, in UTC) that have not been counted, or have changed since, newest first. */
    listDue(): Promise<string[]> {
      return database.transaction(async (tx) => {
        const rows = await tx.$queryRaw<{ day: string }[]>`
          WITH "closed" AS (SELECT (now() AT TIME ZONE 'UTC')::date - 8 AS "last")
          SELECT to_char(due.day, 'YYYY-MM-DD') AS day FROM (
            SELECT all_days::date AS day FROM "closed", generate_series(
              (SELECT min("startTime") AT TIME ZONE 'UTC' FROM "CallDigest")::date::timestamp, "closed"."last",
              '1 day') AS all_days
            WHERE NOT EXISTS (SELECT FROM "CountedDay" c WHERE c."by" = 'day' AND c."day" = all_days::date)
              AND EXISTS (SELECT FROM "CallDigest" d WHERE d."startTime" >= all_days AT TIME ZONE 'UTC'
                AND d."startTime" < (all_days + interval '1 day') AT TIME ZONE 'UTC')
            UNION
            SELECT m."day" FROM "closed", "ChangedDay" m WHERE m."day" <= "closed"."last"
          ) due ORDER BY due.day DESC`;
        return rows.map(({ day }) => day);
      });
    },

    /**
     * Counts a day. What changes meanwhile is noted by its own transaction: either this sees both, the change
     * and the note, and removes the note, or neither. Several processes may do so at once.
     */
    async count(day: string): Promise<void> {
      await database.transaction(async (tx) => {
        // One at a time, or an older count could replace a newer one whose notes are gone.
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK_KEY})`;
        await tx.$executeRaw`DELETE FROM "CountedDay" WHERE "day" = ${day}::date`;
        // One statement, so that the notes are those of the calls that it sees.
        await tx.$executeRaw`
          WITH seen AS (DELETE FROM "ChangedDay" WHERE "day" = ${day}::date)
          INSERT INTO "CountedDay" ("by", "day", "key", "calls", "analyzed", "noSpeech", "failed", "processing",
            "recordedSeconds", "speechSeconds", "unknownBills", "inputTokens", "outputTokens", "paidInVain", "durations")
          SELECT n."by", ${day}::date, n.key, n.calls, n.analyzed, n."noSpeech", n.failed, n.processing,
            n."recordedSeconds", n."speechSeconds", n."unknownBills", n."inputTokens", n."outputTokens", n."paidInVain", n.durations
          FROM "countCalls"(${day}::timestamp AT TIME ZONE 'UTC',
            (${day}::timestamp + interval '1 day') AT TIME ZONE 'UTC', ${[...GROUPINGS]}::text[]) n`;
      });
    },

    /** The months (`2026-11-01`) whose counted days are other ones than those that they were made of, newest first. */
    listDueMonths(): Promise<string[]> {
      return database.transaction(async (tx) => {
        const rows = await tx.$queryRaw<{ month: string }[]>`
          SELECT to_char("month", 'YYYY-MM-DD') AS month
          FROM (${monthsOf(Prisma.sql`"CountedDay" WHERE "by" = 'day'`)}) made
          FULL JOIN (SELECT "month", "madeOf" FROM "CountedMonth" WHERE "by" = ${ALL}) counted USING ("month")
          WHERE made."madeOf" IS DISTINCT FROM counted."madeOf" ORDER BY "month" DESC`;
        return rows.map(({ month }) => month);
      });
    },

    /** Makes a month of its counted days; without any, it is removed. Several processes may do so at once. */
    async countMonth(month: string): Promise<void> {
      await database.transaction(async (tx) => {
        // Two at a time would add the same rows.
        await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK_KEY})`;
        await tx.$executeRaw`DELETE FROM "CountedMonth" WHERE "month" = ${month}::date`;
        // One statement, so that the versions are those of the days that it adds up.
        await tx.$executeRaw`
          WITH days AS MATERIALIZED (
            SELECT * FROM "CountedDay"
            WHERE "by" = ANY(${[...GROUPINGS]}::text[]) AND "day" >= ${month}::date
              AND "day" < ${month}::date + interval '1 month'
          ), made AS MATERIALIZED (
            ${monthsOf(Prisma.sql`days WHERE "by" = 'day'`)}
          ), parts AS MATERIALIZED (
            SELECT "by" AS grouping, key AS value, * FROM days
            UNION ALL
            SELECT ${ALL}, '', * FROM days WHERE "by" = 'day'
          ), lists AS (
            SELECT grouping, value, array_agg(duration ORDER BY duration) AS durations
            FROM parts CROSS JOIN LATERAL unnest(parts.durations) AS duration GROUP BY 1, 2
          )
          INSERT INTO "CountedMonth" ("by", "month", "key", "madeOf", "calls", "analyzed", "noSpeech", "failed",
            "processing", "recordedSeconds", "speechSeconds", "unknownBills", "inputTokens", "outputTokens",
            "paidInVain", "durations")
          SELECT p.grouping, made."month", p.value, made."madeOf", sum(p.calls), sum(p.analyzed), sum(p."noSpeech"),
            sum(p.failed), sum(p.processing), sum(p."recordedSeconds"), sum(p."speechSeconds"), sum(p."unknownBills"),
            sum(p."inputTokens"), sum(p."outputTokens"), sum(p."paidInVain"), lists.durations
          FROM made CROSS JOIN parts p LEFT JOIN lists USING (grouping, value)
          GROUP BY p.grouping, p.value, made."month", made."madeOf", lists.durations`;
      });
    },
  };
}
