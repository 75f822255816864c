import { log as activityLog } from '@temporalio/activity';

import type { ErrorCode } from '../../domain/error-codes.ts';
import { LOG_STATUS, type LogEvent } from '../../domain/log-events.ts';
import type { ServiceError } from '../../domain/service-error.ts';
import type { Database } from '../../repositories/database.ts';
import { toServiceError } from '../failure.ts';
import type { Attempt, AttemptDeps } from './attempt.ts';

export type FailedAttemptsDeps = AttemptDeps & { readonly database: Database };

/** The event under which a step logs an unsuccessful attempt; `null` for a step that logs none. */
export type FailedEvent = (code: ErrorCode | 'INTERRUPTED') => LogEvent | null;

/** Notes the unsuccessful attempts of an activity in the processing log, one row each. */
export type FailedAttempts = {
  readonly noteFailed: (failure: ServiceError) => Promise<void>;
  readonly noteInterrupted: () => Promise<void>;
  /** Notes on behalf of an earlier attempt, by its number, that it was lost with its worker. */
  readonly noteLost: (number: number) => Promise<void>;
};

type FailedAttempt = {
  readonly number: number;
  readonly event: LogEvent | null;
  readonly message: string;
  readonly code: ErrorCode | null;
  /** Part of normal operation: an information instead of an error. */
  readonly isExpected?: boolean;
};

/**
 * Creates the notes of one attempt's activity. They only accompany a failure, which is thrown in any
 * case: when the database is unavailable too, the note goes to the worker's own log instead.
 */
export function createFailedAttempts(
  { database, calls, log }: FailedAttemptsDeps,
  attempt: Attempt,
  { callSid, failedEvent }: { readonly callSid: string; readonly failedEvent: FailedEvent },
): FailedAttempts {
  const { step, runId, activityId } = attempt;
  return {
    noteFailed: ({ code, message }) =>
      note({
        number: attempt.number,
        event: failedEvent(code),
        message: `Attempt ${attempt.number} failed. ${message}`,
        code,
        isExpected: code === 'RECORDING_NOT_THERE_YET',
      }),
    noteInterrupted: () =>
      note({
        number: attempt.number,
        event: failedEvent('INTERRUPTED'),
        message: `Attempt ${attempt.number} was interrupted: the run was cancelled or its worker shut down.`,
        code: null,
        isExpected: true,
      }),
    noteLost: (number) =>
      note({
        number,
        event: failedEvent('WORKER_CRASHED'),
        message: `Attempt ${number} was lost: its worker died, froze or lost its connection to Temporal.`,
        code: 'WORKER_CRASHED',
      }),
  };

  async function note({ number, event, isExpected, ...row }: FailedAttempt): Promise<void> {
    if (event === null) return;
    const status = isExpected === true ? 'LOG_INFO' : LOG_STATUS[event];
    try {
      const call = await calls.findByCallSid(callSid);
      if (call === null) return;
      const key = { step, runId, activityId, attempt: number };
      await log.create({ ...key, ...row, callId: call.id, status, event });
    } catch (error) {
      activityLog.warn('The failed attempt could not be noted in the processing log.', {
        event,
        code: toServiceError(error, database).code,
      });
    }
  }
}
