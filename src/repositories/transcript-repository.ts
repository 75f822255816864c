import type { Prisma, PrismaClient, Transcript } from '../generated/prisma/client.ts';
import type { TransactionClient } from './database.ts';

export type TranscriptRepository = ReturnType<typeof createTranscriptRepository>;

/** What was said in the calls: one transcript a call. */
export function createTranscriptRepository(prisma: PrismaClient) {
  return {
    /** The transcript of a call; `null` while there is none. */
    findByCall(callId: string, tx: TransactionClient = prisma): Promise<Transcript | null> {
      return tx.transcript.findUnique({ where: { callId } });
    },

    /** Stores the transcript of a call, over an earlier one if there is one. */
    save(
      data: Prisma.TranscriptUncheckedCreateInput,
      tx: TransactionClient = prisma,
    ): Promise<Transcript> {
      return tx.transcript.upsert({ where: { callId: data.callId }, create: data, update: data });
    },
  };
}
