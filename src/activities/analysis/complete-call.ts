import type { Call } from '../../generated/prisma/client.ts';
import { NOTHING_WAITS } from '../../domain/waiting.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { Database, TransactionClient } from '../../repositories/database.ts';
import type { Attempt } from '../step/attempt.ts';
import { superseded } from '../step/call-row.ts';

type CompleteCallDeps = { readonly database: Database; readonly calls: CallRepository };

/** The call to complete, in the transaction that stores what completes it. */
type Completion = {
  readonly call: Call;
  readonly attempt: Attempt;
  readonly tx: TransactionClient;
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
  const note = notesOn(completion);
  const result = { outcome: 'ANALYZED', callAnalysisId } as const;
  await markCompleted(deps, completion, result);
  await note('ANALYSIS_SAVED', `The analysis ${callAnalysisId} counts.`);
  await note('JOB_COMPLETED', 'Processing completed.');
  return result;
}

/** Completes a call without words. Throws STEP_SUPERSEDED when the call has been taken over. */
export async function completeWithoutSpeech(
  deps: CompleteCallDeps,
  completion: Completion,
): Promise<CompletedCall> {
  const note = notesOn(completion);
  const result = { outcome: 'NO_SPEECH', callAnalysisId: null } as const;
  await markCompleted(deps, completion, result);
  await note('NO_SPEECH', 'The recording holds no words, so there is nothing to analyse.');
  await note('JOB_COMPLETED', 'Processing completed without speech.');
  return result;
}

/** The duration of processing runs from the first start of the call to this completion. */
async function markCompleted(
  { database, calls }: CompleteCallDeps,
  { call, attempt, tx }: Completion,
  result: CompletedCall,
): Promise<void> {
  const endTime = await database.currentTime(tx);
  const change = {
    ...result,
    transition: attempt.transition,
    callStatus: 'COMPLETED',
    endTime,
    duration: Math.round((endTime.getTime() - call.startTime.getTime()) / 1000),
    failedStep: null,
    failureCode: null,
    failureMessage: null,
    failedAt: null,
    ...NOTHING_WAITS,
  } as const;
  const isCompleted = await calls.changeStatus(call.id, change, tx);
  if (!isCompleted) throw superseded('analyzeTranscript');
}

function notesOn({ call, attempt, tx }: Completion) {
  return attempt.notesOn({ callId: call.id, companyId: call.companyId }, tx);
}
