import type { CallKey } from '../../domain/call.ts';
import { ERROR_CODES, type ErrorCode } from '../../domain/error-codes.ts';
import type { Step } from '../../domain/names.ts';
import { NOTHING_WAITS } from '../../domain/waiting.ts';
import { defineRecord, type RecordDeps } from '../step/define-record.ts';

export type RecordFailureInput = CallKey & {
  readonly step: Step;
  readonly code: ErrorCode;
  readonly message: string;
  /** The run was closed because nobody reprocessed the call in time. */
  readonly expired: boolean;
};

/**
 * Marks the call FAILED with the step, the code and a sentence for the operator. Creates the row if
 * openCall itself was given up. A call that has been resumed since is left alone.
 */
export function createRecordFailure(deps: RecordDeps) {
  const { database, calls } = deps;
  return defineRecord(deps, async (input: RecordFailureInput, { attempt, tx }) => {
    const { callSid, recordgroup, recordid, step, code, message, expired } = input;
    const { runId, transition } = attempt;
    const now = await database.currentTime(tx);
    const failed = {
      transition,
      failedAt: now,
      callStatus: 'FAILED',
      failedStep: step,
      failureCode: code,
      failureMessage: `${message} ${ERROR_CODES[code].remedy}`,
      outcome: null,
      callAnalysisId: null,
    } as const;
    const row = { callSid, recordgroup, recordid, startTime: now, runId, ...failed };
    const { id } = await calls.findOrCreate(row, tx);
    // A run that closes leaves nothing waiting; a step that is parked leaves the other branch as it is.
    const isClosing = expired || code === 'CANCELLED';
    await calls.changeStatus(id, { ...failed, ...(isClosing ? NOTHING_WAITS : {}) }, tx);
    if (!isClosing) await calls.endWaiting(callSid, step, tx);

    const note = expired
      ? ({
          message: `Nobody reprocessed the call in time, so its run was closed. ${step} had failed with ${code}.`,
          code: 'REPROCESS_WINDOW_EXPIRED',
        } as const)
      : { message: `${step} was given up with ${code}. ${failed.failureMessage}`, code };
    await attempt.note({ callId: id }, [{ event: 'JOB_FAILED', ...note }], tx);
  });
}
