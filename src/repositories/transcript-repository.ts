import {
  Prisma,
  type EarlierTranscript,
  type PrismaClient,
  type Transcript,
} from '../generated/prisma/client.ts';
import { MAX_INTEGER } from '../domain/bounded-number.ts';
import type { TransactionClient } from './database.ts';

export type TranscriptRepository = ReturnType<typeof createTranscriptRepository>;

/** What was said in the calls: one transcript per call, and those that it has replaced. */
export function createTranscriptRepository(prisma: PrismaClient) {
  return {
    /** The transcript of a call; `null` while there is none. */
    findByCall(callId: string, tx: TransactionClient = prisma): Promise<Transcript | null> {
      return tx.transcript.findUnique({ where: { callId } });
    },

    /** The transcripts of a call that others have replaced, oldest first. */
    listEarlier(callId: string, tx: TransactionClient = prisma): Promise<EarlierTranscript[]> {
      return tx.earlierTranscript.findMany({ where: { callId }, orderBy: { madeAt: 'asc' } });
    },

    /**
     * Seconds billed for all transcripts of a call, replaced ones included; `unknown` when nobody says
     * those of one, `null` while there is none.
     */
    async billedSecondsOf(
      callId: string,
      tx: TransactionClient = prisma,
    ): Promise<number | 'unknown' | null> {
      const select = { billedSeconds: true, priorSeconds: true };
      const billed = await tx.transcript.findUnique({ where: { callId }, select });
      return billed === null
        ? null
        : (sumOf(billed.billedSeconds, billed.priorSeconds) ?? 'unknown');
    },

    /**
     * Stores the transcript of a call, unless that of the same submission is stored. One that it replaces is
     * kept among the earlier ones. The caller must have locked the call, so that no other transcript is
     * replaced meanwhile. Returns the transcript that counts, and whether it is this one.
     */
    async save(
      data: Prisma.TranscriptCreateManyInput,
      tx: TransactionClient = prisma,
    ): Promise<{ readonly id: string; readonly isStored: boolean }> {
      const [added] = await tx.transcript.createManyAndReturn({
        data: [data],
        skipDuplicates: true,
        select: { id: true },
      });
      if (added !== undefined) return { id: added.id, isStored: true };

      const where = { callId: data.callId };
      const before = await tx.transcript.findUniqueOrThrow({ where });
      if (before.submissionId === data.submissionId) return { id: before.id, isStored: false };
      await keepEarlier(before, tx);
      const priorSeconds = sumOf(before.billedSeconds, before.priorSeconds);
      await tx.transcript.update({ where, data: { ...data, priorSeconds } });
      return { id: before.id, isStored: true };
    },
  };
}

/** `null` when one of the two is not known. */
function sumOf(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : Math.min(one + other, MAX_INTEGER);
}

async function keepEarlier(
  { id: _id, priorSeconds: _prior, createdAt: _first, updatedAt, ...transcript }: Transcript,
  tx: TransactionClient,
): Promise<void> {
  const { segments, recognition, leftOut } = transcript;
  await tx.earlierTranscript.create({
    data: {
      ...transcript,
      segments: segments ?? Prisma.JsonNull,
      recognition: recognition ?? Prisma.DbNull,
      leftOut: leftOut ?? Prisma.DbNull,
      // A transcript is written once: the row of a call stays when its transcript is replaced.
      madeAt: updatedAt,
    },
  });
}
