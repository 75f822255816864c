import type { CallKey } from '../../domain/call.ts';
import type { RedoStep } from '../../domain/names.ts';
import { NOTHING_WAITS } from '../../domain/waiting.ts';
import type { Note } from '../step/attempt.ts';
import { findCall, superseded } from '../step/call-row.ts';
import { defineStep, type StepDeps } from '../step/define-step.ts';
import { describeReprocess } from '../step/describe-reprocess.ts';

export type OpenCallDeps = StepDeps & {
  /** How long a parked call waits for a reprocess, in milliseconds. */
  readonly reprocessWindowMs: number;
};

export type OpenCallInput = CallKey & {
  readonly redoFrom: RedoStep | null;
  readonly reason: string | null;
  /** The name of the key that asked for the run; runs of older code leave it out. */
  readonly actor?: string | null;
};

export type OpenCallResult = {
  /** The call was COMPLETED before, and nobody asked to redo a step. */
  readonly alreadyCompleted: boolean;
  readonly reprocessWindowMs: number;
};

/**
 * Makes sure that the call has a row and marks it PROCESSING for this run. A COMPLETED call is
 * left as it is (SKIPPED) unless a step is to be redone.
 */
export function createOpenCall(deps: OpenCallDeps) {
  const { database, calls, callWrites, reprocessWindowMs } = deps;
  return defineStep(deps, {
    step: 'openCall',
    // A failed attempt has no row to be noted on: what fails here is the database itself.
    failedEvent: () => null,
    async run(input: OpenCallInput, attempt): Promise<OpenCallResult> {
      const { callSid, recordgroup, recordid, redoFrom, reason, actor = null } = input;
      const { runId, transition } = attempt;
      const row = { callStatus: 'PROCESSING', recordgroup, recordid, runId, transition } as const;
      const opened = { alreadyCompleted: false, reprocessWindowMs };
      const note: Note =
        redoFrom === null
          ? { event: 'JOB_STARTED', message: 'Processing started.' }
          : { event: 'REPROCESS_REQUESTED', message: describeReprocess(redoFrom, reason) };
      const isNew = await callWrites.open({ ...row, callSid }, attempt.toRows([note], { actor }));
      if (isNew) return opened;

      return database.transaction(async (tx) => {
        const call = await findCall(calls, callSid, tx);
        const subject = { callId: call.id, actor };
        // If this very run has completed the call, this attempt is a late one, which is refused below.
        const isOtherRun = call.runId !== runId;
        if (call.callStatus === 'COMPLETED' && redoFrom === null && isOtherRun) {
          await attempt.note(subject, [SKIPPED], tx);
          return { alreadyCompleted: true, reprocessWindowMs };
        }

        const isOpened = await calls.changeStatus(call.id, { ...row, ...NO_RESULT_YET }, tx);
        if (!isOpened) throw superseded('openCall');
        await attempt.note(subject, [note], tx);
        return opened;
      });
    },
  });
}

const SKIPPED: Note = { event: 'SKIPPED', message: 'Skipped: the call was COMPLETED before.' };

/** Clears how an earlier run ended. */
const NO_RESULT_YET = {
  outcome: null,
  callAnalysisId: null,
  failedStep: null,
  failureCode: null,
  failureMessage: null,
  failedAt: null,
  ...NOTHING_WAITS,
} as const;
