import type { Database, TransactionClient } from '../database.ts';

// A document takes about a millisecond, and one of many hours a hundred: such a batch still fits into the
// five seconds that a transaction has. Steps of its calls wait for its locks meanwhile.
const BATCH = 25;

/** The digests of calls, as far as triggers have not kept them up to date: of calls from before there were any. */
export function createDigestRepository(database: Pick<Database, 'transaction'>) {
  return {
    /**
     * Makes missing and outdated digests among the next older calls than `after` (an id; `null` begins
     * with the newest call, because it is looked for first).
     * Returns where to go on, `null` at the end, and how many were made. Several processes may do so at once.
     */
    mend(after: string | null): Promise<{ readonly next: string | null; readonly made: number }> {
      return database.transaction(async (tx) => {
        const looked = await lookAt(after, tx);
        const wrong = looked.flatMap(({ id, isWrong }) => (isWrong ? [id] : []));
        const due = wrong.length === 0 ? [] : await lockFree(wrong, tx);
        if (due.length > 0) await tx.$executeRaw`SELECT "makeCallDigests"(${due}::uuid[])`;
        const next = looked.length < BATCH ? null : (looked.at(-1)?.id ?? null);
        return { next, made: due.length };
      });
    },
  };
}

function lookAt(after: string | null, tx: TransactionClient) {
  return tx.$queryRaw<{ id: string; isWrong: boolean }[]>`
    SELECT c.id::text AS id, d."callId" IS NULL
      OR d."callAnalysisId" IS DISTINCT FROM c."callAnalysisId"
      OR d."submissionId" IS DISTINCT FROM t."submissionId"
      OR d."companyName" IS DISTINCT FROM o.name AS "isWrong"
    FROM (SELECT id, "callAnalysisId", "companyId" FROM "Call"
      WHERE id < ${after ?? 'ffffffff-ffff-ffff-ffff-ffffffffffff'}::uuid
      ORDER BY id DESC LIMIT ${BATCH}) c
    LEFT JOIN "CallDigest" d ON d."callId" = c.id
    LEFT JOIN "Transcript" t ON t."callId" = c.id
    LEFT JOIN "Company" o ON o.id = c."companyId"
    ORDER BY c.id DESC`;
}

/**
 * A call that is locked is being changed; its turn comes again. This lock also keeps others from adding
 * anything to the call, such as notes on a part of it, that its digest would then lack.
 */
async function lockFree(ids: readonly string[], tx: TransactionClient): Promise<string[]> {
  const rows = await tx.$queryRaw<{ id: string }[]>`
    SELECT id::text AS id FROM "Call" WHERE id = ANY(${ids}::uuid[])
    ORDER BY id FOR UPDATE SKIP LOCKED`;
  return rows.map(({ id }) => id);
}
