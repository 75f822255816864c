import type { AnalysisChunk, Prisma, PrismaClient } from '../generated/prisma/client.ts';
import type { TransactionClient } from './database.ts';

/** What tells the notes of a part from all others, whichever run made them. */
export type ChunkKey = Pick<
  AnalysisChunk,
  'callId' | 'submissionId' | 'promptVersion' | 'model' | 'index' | 'inputSha256'
>;

export type AnalysisChunkRepository = ReturnType<typeof createAnalysisChunkRepository>;

/** What the language model noted of the parts of long calls. */
export function createAnalysisChunkRepository(prisma: PrismaClient) {
  return {
    /** The newest notes of a part, of this run alone if one is named; `null` when there are none. */
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

    /** The first notes of a part in a run win: adds `data` unless there are some, and returns what counts. */
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
