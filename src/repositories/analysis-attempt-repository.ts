import type { AnalysisAttempt, PrismaClient } from '../generated/prisma/client.ts';
import type { TransactionClient } from './database.ts';

/** What identifies an attempt of an activity. */
export type AttemptKey = Pick<AnalysisAttempt, 'runId' | 'activityId' | 'attempt'>;

export type AnalysisAttemptRepository = ReturnType<typeof createAnalysisAttemptRepository>;

/** The attempts at an analysis that may have spent tokens in vain. */
export function createAnalysisAttemptRepository(prisma: PrismaClient) {
  return {
    /** Adds an attempt whose cost is not known yet. */
    async add(key: AttemptKey & Pick<AnalysisAttempt, 'callId'>): Promise<void> {
      await prisma.analysisAttempt.createMany({ data: [key], skipDuplicates: true });
    },

    /** Notes what an attempt has spent in vain; does nothing if it is not there. */
    async update(
      { runId, activityId, attempt }: AttemptKey,
      tokens: { readonly inputTokens: number; readonly outputTokens: number },
    ): Promise<void> {
      await prisma.analysisAttempt.updateMany({
        where: { runId, activityId, attempt },
        data: tokens,
      });
    },

    /** Removes an attempt that spent nothing in vain. */
    async remove(
      { runId, activityId, attempt }: AttemptKey,
      tx: TransactionClient = prisma,
    ): Promise<void> {
      await tx.analysisAttempt.deleteMany({ where: { runId, activityId, attempt } });
    },

    /** How many attempts before this one of its activity may have spent tokens in vain. */
    countBefore({ runId, activityId, attempt }: AttemptKey): Promise<number> {
      return prisma.analysisAttempt.count({
        where: { runId, activityId, attempt: { lt: attempt } },
      });
    },
  };
}
