import type { CallKey } from '../../domain/call.ts';
import { ERROR_CODES, type ErrorCode } from '../../domain/error-codes.ts';
import type { Step } from '../../domain/names.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { Database } from '../../repositories/database.ts';
import type { ProcessingLogRepository } from '../../repositories/processing-log-repository.ts';
import { currentAttempt } from '../step/define-step.ts';
import { toRetryableFailure, toServiceError } from '../failure.ts';

export type RecordFailureDeps = {
  readonly database: Database;
  readonly calls: CallRepository;
  readonly log: ProcessingLogRepository;
};

export type RecordFailureInput = CallKey & {
  readonly step: Step;
  readonly code: ErrorCode;
  readonly message: string;
  /** The run was closed because nobody reprocessed the call in time. */
  readonly expired: boolean;
};

/**
 * Marks the call FAILED with the step, the code and a sentence for the operator. Makes the row if
 * openCall itself was given up. A call that has gone on since is left alone.
 */
export function createRecordFailure(deps: RecordFailureDeps) {
  const { database, calls, log } = deps;
  return async (input: RecordFailureInput): Promise<void> => {
    const { callSid, recordgroup, recordid, step, code, message, expired } = input;
    const attempt = currentAttempt(step);
    const failed = {
      callStatus: 'FAILED',
      failedStep: step,
      failureCode: code,
      failureMessage: `${message} ${ERROR_CODES[code].remedy}`,
      outcome: null,
      callAnalysisId: null,
    } as const;
    try {
      await database.transaction(async (tx) => {
        const { runId, transition } = attempt;
        const { id } = await calls.findOrCreate(
          {
            callSid,
            recordgroup,
            recordid,
            startTime: await calls.now(tx),
            runId,
            transition,
            ...failed,
          },
          tx,
        );
        await calls.changeStatus(id, transition, failed, tx);
        await log.create(
          attempt.logRow({
            callId: id,
            status: 'LOG_ERROR',
            event: 'JOB_FAILED',
            code: expired ? 'REPROCESS_WINDOW_EXPIRED' : code,
            message: expired
              ? `Nobody reprocessed the call in time, so its run was closed. ${step} had failed with ${code}.`
              : `${step} was given up with ${code}. ${failed.failureMessage}`,
          }),
          tx,
        );
      });
    } catch (error) {
      throw toRetryableFailure(toServiceError(error));
    }
  };
}
