import type { PrismaClient, SpeechOperation } from '../generated/prisma/client.ts';
import type { TransactionClient } from './database.ts';

/** An operation of a call, and the activity whose attempt has learned of it. */
export type OperationKey = Pick<SpeechOperation, 'callId' | 'name' | 'runId' | 'activityId'>;

/** What was paid in vain; `isAny` says whether anything was, even if its length is not known. */
export type SpeechInVain = { readonly seconds: number; readonly isAny: boolean };

export type SpeechOperationRepository = ReturnType<typeof createSpeechOperationRepository>;

/** The operations that Speech-to-Text has accepted, each of which may have been billed. */
export function createSpeechOperationRepository(prisma: PrismaClient) {
  return {
    /**
     * Notes an operation once, under the activity that learned of it first. `secondsInVain` is what
     * it was billed for nothing; `null` while its result may still be used.
     */
    async note(
      key: OperationKey,
      secondsInVain: number | null,
      tx: TransactionClient = prisma,
    ): Promise<void> {
      const { callId, name } = key;
      await tx.speechOperation.createMany({ data: [key], skipDuplicates: true });
      await tx.speechOperation.updateMany({ where: { callId, name }, data: { secondsInVain } });
    },

    /** How many operations the attempts of an activity have submitted. */
    countOf(
      { runId, activityId }: Pick<OperationKey, 'runId' | 'activityId'>,
      tx: TransactionClient = prisma,
    ): Promise<number> {
      return tx.speechOperation.count({ where: { runId, activityId } });
    },

    /** What was paid for a call in vain, in seconds that Google bills. */
    async inVainOf(callId: string, tx: TransactionClient = prisma): Promise<SpeechInVain> {
      const { _sum, _count } = await tx.speechOperation.aggregate({
        where: { callId, secondsInVain: { not: null } },
        _sum: { secondsInVain: true },
        _count: true,
      });
      return { seconds: _sum.secondsInVain ?? 0, isAny: _count > 0 };
    },
  };
}
