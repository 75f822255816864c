import type { CallRun, CallRuns } from '../clients/temporal/call-runs.ts';
import { isRedoStep, REDO_STEPS, type RedoStep, type Step } from '../domain/names.ts';
import { mustRedo, withoutImplied } from '../domain/redo-plan.ts';
import type { RunPlan } from '../domain/reprocess-receipt.ts';
import { ServiceError } from '../domain/service-error.ts';
import type { CallWithWork } from '../repositories/stored-work-repository.ts';

type PlannedCall = Pick<
  CallWithWork,
  'callSid' | 'callStatus' | 'runId' | 'failedStep' | 'failureCode' | 'work'
>;

/** Where a reprocess begins, and what its run does again. */
export type ReprocessPlan = { readonly from: Step; readonly plan: RunPlan };

/**
 * What a reprocess of a call would do now. Throws CALL_IN_PROGRESS where it would be refused, and
 * TEMPORAL_… when nobody can say what the open run has done.
 */
export async function planReprocess(
  call: PlannedCall,
  from: RedoStep | undefined,
  runs: Pick<CallRuns, 'find' | 'plan'>,
): Promise<ReprocessPlan> {
  const run = await runs.find(call.callSid);
  if (run?.isOpen !== true || isClosing(call, run)) return planOfNewRun(from);
  const { steps, redo } = await runs.plan(call.callSid);
  const isFinished = from !== undefined && steps[from] === 'DONE';
  if (run.isCancelRequested || (run.status !== 'FAILED' && !isFinished)) {
    throw new ServiceError(
      'CALL_IN_PROGRESS',
      `The call ${call.callSid} is being processed, so it cannot be reprocessed now.`,
    );
  }
  if (isFinished) {
    // The run begins again, and has to do what it was asked before as well.
    const pending = REDO_STEPS.filter((step) => mustRedo(step, redo) && steps[step] !== 'DONE');
    return { from, plan: { done: [], redo: withoutImplied([from, ...pending]), runId: null } };
  }
  const done = REDO_STEPS.filter((step) => steps[step] === 'DONE');
  return { from: failedStepOf(call), plan: { done, redo, runId: call.runId } };
}

/**
 * The same as far as the row tells, for many calls at once: a FAILED call is taken for one whose run
 * is open, unless it was cancelled.
 */
export function planByRow(call: PlannedCall, from: RedoStep | undefined): ReprocessPlan {
  const { callStatus, failureCode, work } = call;
  if (callStatus !== 'FAILED' || failureCode === 'CANCELLED') return planOfNewRun(from);
  if (from !== undefined && hasFinished(work, from)) return planOfNewRun(from);
  return { from: failedStepOf(call), plan: { done: [], redo: [], runId: call.runId } };
}

function planOfNewRun(from: RedoStep = 'analyzeTranscript'): ReprocessPlan {
  return { from, plan: { done: [], redo: [from], runId: null } };
}

/** Its work is done, and a reprocess waits until it has closed. */
function isClosing({ callStatus, runId }: PlannedCall, run: CallRun): boolean {
  return callStatus === 'COMPLETED' && runId === run.runId;
}

function failedStepOf({ failedStep }: PlannedCall): Step {
  return isRedoStep(failedStep) ? failedStep : 'openCall';
}

/** A call that has failed has not been analysed since. */
function hasFinished({ archivedBy, matchedBy, transcript }: CallWithWork['work'], step: RedoStep) {
  switch (step) {
    case 'archiveRecording':
      return archivedBy !== null;
    case 'transcribeRecording':
      return transcript?.isUpToDate === true;
    case 'matchCompany':
      return matchedBy !== null;
    case 'analyzeTranscript':
      return false;
  }
}
