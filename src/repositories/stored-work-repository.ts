import type { Prisma, PrismaClient } from '../generated/prisma/client.ts';
import type { StoredWork } from '../domain/reprocess-receipt.ts';

/** A call with the columns that tell what a reprocess of it does again. */
export type CallWithWork = Prisma.CallGetPayload<{ select: typeof CALL_COLUMNS }> & {
  readonly work: StoredWork;
};

// What was said is not among the columns: it is long, and only whether anything was said matters.
const CALL_COLUMNS = {
  id: true,
  callSid: true,
  callStatus: true,
  runId: true,
  failedStep: true,
  failureCode: true,
  recordingUrl: true,
  archiveRunId: true,
  sha256: true,
  speechSubmissionId: true,
  speechSubmissionRunId: true,
  speechSubmissionSha256: true,
  speechOperation: true,
  companyMatch: true,
  matchRunId: true,
  companyId: true,
  transcript: { select: { runId: true, submissionId: true, sha256: true, billedSeconds: true } },
  analyses: {
    select: {
      runId: true,
      companyId: true,
      submissionId: true,
      inputTokens: true,
      outputTokens: true,
    },
    orderBy: { createdAt: 'asc' },
  },
  chunks: {
    select: {
      runId: true,
      submissionId: true,
      promptVersion: true,
      model: true,
      index: true,
      inputTokens: true,
      outputTokens: true,
    },
    orderBy: { createdAt: 'asc' },
  },
} as const satisfies Prisma.CallSelect;

// Four statements of a few milliseconds each, whose replies stay below a megabyte.
const CALLS_AT_ONCE = 500;

export type StoredWorkRepository = ReturnType<typeof createStoredWorkRepository>;

/** What is stored of calls, as far as it decides what has to be done again. */
export function createStoredWorkRepository(prisma: PrismaClient) {
  async function listOf(ids: readonly string[]): Promise<CallWithWork[]> {
    const isOneOf = { in: [...ids] };
    const [calls, silent] = await Promise.all([
      prisma.call.findMany({ where: { id: isOneOf }, select: CALL_COLUMNS }),
      prisma.transcript.findMany({
        where: { callId: isOneOf, text: '' },
        select: { callId: true },
      }),
    ]);
    const silentIds = new Set(silent.map(({ callId }) => callId));
    return calls.map((call) => ({ ...call, work: workOf(call, silentIds.has(call.id)) }));
  }

  return {
    /** The work stored of these calls (by id), in any order. */
    async list(ids: readonly string[]): Promise<CallWithWork[]> {
      const found: CallWithWork[] = [];
      for (let start = 0; start < ids.length; start += CALLS_AT_ONCE) {
        found.push(...(await listOf(ids.slice(start, start + CALLS_AT_ONCE))));
      }
      return found;
    },
  };
}

function workOf(
  call: Prisma.CallGetPayload<{ select: typeof CALL_COLUMNS }>,
  isSilent: boolean,
): StoredWork {
  const { transcript, speechOperation, speechSubmissionRunId, companyId, analyses } = call;
  const isSameAudio = call.speechSubmissionSha256 === call.sha256;
  return {
    // Rows that are older than the columns for the runs do not say which run it was.
    archivedBy: call.recordingUrl === null ? null : (call.archiveRunId ?? ''),
    matchedBy: call.companyMatch === null ? null : (call.matchRunId ?? ''),
    transcript: transcript && {
      runId: transcript.runId,
      submissionId: transcript.submissionId,
      isUpToDate:
        transcript.sha256 === call.sha256 && transcript.submissionId === call.speechSubmissionId,
      isSilent,
      billedSeconds: transcript.billedSeconds,
    },
    operation: speechOperation !== null && isSameAudio ? { runId: speechSubmissionRunId } : null,
    companyId,
    analyses,
    notes: call.chunks.map(({ promptVersion, model, ...chunk }) => ({
      ...chunk,
      madeWith: `${model} ${promptVersion}`,
    })),
  };
}
