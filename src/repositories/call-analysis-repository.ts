import type { CallAnalysis, Prisma, PrismaClient } from '../generated/prisma/client.ts';
import type { TransactionClient } from './database.ts';

export type AnalysisWithCompany = Prisma.CallAnalysisGetPayload<{ include: { company: true } }>;

export type CallAnalysisRepository = ReturnType<typeof createCallAnalysisRepository>;

/** The language model's analyses of the calls. */
export function createCallAnalysisRepository(prisma: PrismaClient) {
  return {
    /** Adds an analysis. Rejects with Prisma's P2002 when this run has already stored one. */
    create(
      data: Prisma.CallAnalysisUncheckedCreateInput,
      tx: TransactionClient = prisma,
    ): Promise<CallAnalysis> {
      return tx.callAnalysis.create({ data });
    },

    /** The analysis that this run stored; `null` when it has none yet. */
    findByRun(
      callId: string,
      runId: string,
      tx: TransactionClient = prisma,
    ): Promise<CallAnalysis | null> {
      return tx.callAnalysis.findUnique({ where: { callId_runId: { callId, runId } } });
    },

    /** The newest analysis of this transcript for this company; `null` when there is none. */
    findLatest(
      made: Pick<CallAnalysis, 'callId' | 'companyId' | 'submissionId'>,
      tx: TransactionClient = prisma,
    ): Promise<CallAnalysis | null> {
      return tx.callAnalysis.findFirst({ where: made, orderBy: { createdAt: 'desc' } });
    },

    /** The first analysis of a run wins: adds `data` unless there is one, and returns the one that counts. */
    async findOrCreate(
      data: Prisma.CallAnalysisCreateManyInput,
      tx: TransactionClient = prisma,
    ): Promise<CallAnalysis> {
      const { callId, runId } = data;
      const rows = { data: [data], skipDuplicates: true };
      const [added] = await tx.callAnalysis.createManyAndReturn(rows);
      return (
        added ?? tx.callAnalysis.findUniqueOrThrow({ where: { callId_runId: { callId, runId } } })
      );
    },

    /**
     * The tokens of all analyses and all notes of a call and of what came to nothing, each request counted once. An analysis
     * includes the tokens of the notes that it was made from, and several may use the same notes.
     */
    async countTokens(
      callId: string,
      tx: TransactionClient = prisma,
    ): Promise<{ readonly inputTokens: number; readonly outputTokens: number }> {
      const [{ _sum: analyses }, { _sum: chunks }, { _sum: inVain }] = await Promise.all([
        tx.callAnalysis.aggregate({
          where: { callId },
          _sum: {
            inputTokens: true,
            outputTokens: true,
            chunkInputTokens: true,
            chunkOutputTokens: true,
          },
        }),
        tx.analysisChunk.aggregate({
          where: { callId },
          _sum: { inputTokens: true, outputTokens: true },
        }),
        tx.analysisAttempt.aggregate({
          where: { callId },
          _sum: { inputTokens: true, outputTokens: true },
        }),
      ]);
      return {
        inputTokens:
          (analyses.inputTokens ?? 0) -
          (analyses.chunkInputTokens ?? 0) +
          (chunks.inputTokens ?? 0) +
          Number(inVain.inputTokens ?? 0),
        outputTokens:
          (analyses.outputTokens ?? 0) -
          (analyses.chunkOutputTokens ?? 0) +
          (chunks.outputTokens ?? 0) +
          Number(inVain.outputTokens ?? 0),
      };
    },

    /** The same, with the company that each was made for. */
    listWithCompany(
      callId: string,
      tx: TransactionClient = prisma,
    ): Promise<AnalysisWithCompany[]> {
      return tx.callAnalysis.findMany({
        where: { callId },
        orderBy: { createdAt: 'asc' },
        include: { company: true },
      });
    },

    /** Every analysis of a call, oldest first. */
    listByCall(callId: string, tx: TransactionClient = prisma): Promise<CallAnalysis[]> {
      return tx.callAnalysis.findMany({ where: { callId }, orderBy: { createdAt: 'asc' } });
    },
  };
}
