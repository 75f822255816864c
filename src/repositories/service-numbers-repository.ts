import type { Spending } from '../domain/spending.ts';
import type { Database, TransactionClient } from './database.ts';

/** The calls that are parked at a step for a reason. */
export type ParkedCalls = {
  readonly step: string | null;
  readonly code: string | null;
  readonly calls: number;
  /** Since the first of them was parked. */
  readonly oldestSeconds: number;
};

export type ServiceNumbers = {
  readonly parked: readonly ParkedCalls[];
  /** Of the current day in UTC. */
  readonly spentToday: Spending;
};

export type ServiceNumbersRepository = ReturnType<typeof createServiceNumbersRepository>;

/** What the whole service comes to, for its metrics and its budget. */
export function createServiceNumbersRepository(database: Pick<Database, 'transaction'>) {
  return {
    // In a transaction, because only there raw statements find the schema of DATABASE_URL.
    read: (): Promise<ServiceNumbers> =>
      database.transaction(async (tx) => ({
        parked: await readParked(tx),
        spentToday: await readSpentToday(tx),
      })),
  };
}

/**
 * FAILED calls that wait for somebody: all but those that were cancelled or whose time to be reprocessed is
 * over. Of failures from before `failedAt`, the last change of the row tells the time.
 */
function readParked(tx: TransactionClient): Promise<ParkedCalls[]> {
  return tx.$queryRaw<ParkedCalls[]>`
    SELECT c."failedStep" AS step, c."failureCode" AS code, count(*)::int AS calls,
      extract(epoch FROM clock_timestamp() - min(COALESCE(c."failedAt", c."updatedAt")))::float8 AS "oldestSeconds"
    FROM "Call" c
    WHERE c."callStatus" = 'FAILED' AND c."failureCode" IS DISTINCT FROM 'CANCELLED'
      AND NOT EXISTS (SELECT FROM "processingLog" l WHERE l."callId" = c.id AND l."runId" = c."runId"
        AND l.event = 'JOB_FAILED' AND l.code = 'REPROCESS_WINDOW_EXPIRED')
    GROUP BY 1, 2`;
}

async function readSpentToday(tx: TransactionClient): Promise<Spending> {
  const [spent] = await tx.$queryRaw<Spending[]>`
    SELECT COALESCE(sum("speechSeconds"), 0)::float8 AS "speechSeconds",
      COALESCE(sum("unknownBills"), 0)::float8 AS "unknownBills",
      COALESCE(sum("inputTokens"), 0)::float8 AS "inputTokens",
      COALESCE(sum("outputTokens"), 0)::float8 AS "outputTokens"
    FROM "Spending" WHERE "at" >= date_trunc('day', clock_timestamp(), 'UTC')`;
  if (spent === undefined) throw new Error('The database returned no sum.');
  return spent;
}
