import type { AnalysisChunk, Prisma, PrismaClient } from '../generated/prisma/client.ts';
import type { TransactionClient } from './database.ts';

/** What identifies the notes of a part, whichever run made them. */
export type ChunkKey = Pick<
  AnalysisChunk,
  'callId' | 'submissionId' | 'promptVersion' | 'model' | 'index' | 'inputSha256'
>;

export type AnalysisChunkRepository = ReturnType<typeof createAnalysisChunkRepository>;

/** The language model's notes on the parts of long calls. */
export function createAnalysisChunkRepository(prisma: PrismaClient) {
  return {
    /** The newest notes on a part, of `runId` alone unless that is `null`; `null` when there are none. */
    find(
      key: ChunkKey,
      runId: string | null,
      tx: TransactionClient = prisma,
    ): Promise<AnalysisChunk | null> {
      return tx.analysisChunk.findFirst({
        where: { ...key, ...(runId === null ? {} : { runId }) },
        orderBy: { createdAt: 'desc' },
      });
    },

    /** The first notes on a part in a run win: adds `data` unless there are some, and returns those that count. */
    async findOrCreate(
      data: Prisma.AnalysisChunkCreateManyInput,
      tx: TransactionClient = prisma,
    ): Promise<AnalysisChunk> {
      const { callId, runId, submissionId, promptVersion, model, index, inputSha256 } = data;
      await tx.analysisChunk.createMany({ data: [data], skipDuplicates: true });
      return tx.analysisChunk.findFirstOrThrow({
        where: { callId, runId, submissionId, promptVersion, model, index, inputSha256 },
      });
    },
  };
}
