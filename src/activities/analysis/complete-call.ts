import type { Call } from '../../generated/prisma/client.ts';
import { NOTHING_WAITS } from '../../domain/waiting.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { CallWrites } from '../../repositories/call-writes.ts';
import type { TransactionClient } from '../../repositories/database.ts';
import type { Attempt, Note } from '../step/attempt.ts';
import { findCall, superseded } from '../step/call-row.ts';

type CompleteCallDeps = { readonly calls: CallRepository; readonly callWrites: CallWrites };

/** The call to complete; in the transaction that stores what completes it, if something does. */
type Completion = {
  readonly call: Call;
  readonly attempt: Attempt;
  /** What the processing log says first. */
  readonly before?: readonly Note[];
  readonly tx?: TransactionClient;
};

type CompletedCall =
  | { readonly outcome: 'ANALYZED'; readonly callAnalysisId: string }
  | { readonly outcome: 'NO_SPEECH'; readonly callAnalysisId: null };

/** Completes a call with an analysis. Throws STEP_SUPERSEDED when the call has been taken over. */
export async function completeAnalyzed(
  deps: CompleteCallDeps,
  completion: Completion,
  callAnalysisId: string,
): Promise<CompletedCall> {
  const result = { outcome: 'ANALYZED', callAnalysisId } as const;
  await complete(deps, completion, result, [
    { event: 'ANALYSIS_SAVED', message: `The analysis ${callAnalysisId} counts.` },
    { event: 'JOB_COMPLETED', message: 'Processing completed.' },
  ]);
  return result;
}

/** Completes a call without words. Throws STEP_SUPERSEDED when the call has been taken over. */
export async function completeWithoutSpeech(
  deps: CompleteCallDeps,
  completion: Completion,
): Promise<CompletedCall> {
  const result = { outcome: 'NO_SPEECH', callAnalysisId: null } as const;
  await complete(deps, completion, result, [
    {
      event: 'NO_SPEECH',
      message: 'The recording holds no words, so there is nothing to analyse.',
    },
    { event: 'JOB_COMPLETED', message: 'Processing completed without speech.' },
  ]);
  return result;
}

async function complete(
  { calls, callWrites }: CompleteCallDeps,
  { call, attempt, before = [], tx }: Completion,
  result: CompletedCall,
  notes: readonly Note[],
): Promise<void> {
  const { transition } = attempt;
  const { companyId } = call;
  const change = {
    transition,
    columns: { ...COMPLETED, ...result },
    notes: attempt.toRows([...before, ...notes], { companyId }),
  };
  if (await callWrites.complete(call.id, change, tx)) {
    attempt.count(notes, tx);
    return;
  }
  // An attempt of this very step may have been faster.
  const current = await findCall(calls, call.callSid, tx);
  if (current.transition !== transition) throw superseded('analyzeTranscript');
}

const COMPLETED = {
  callStatus: 'COMPLETED',
  failedStep: null,
  failureCode: null,
  failureMessage: null,
  failedAt: null,
  ...NOTHING_WAITS,
} as const;
