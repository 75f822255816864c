import { log as activityLog } from '@temporalio/activity';

import type { Call } from '../../generated/prisma/client.ts';
import type { ErrorCode } from '../../domain/error-codes.ts';
import { LOG_STATUS, type LogEvent } from '../../domain/log-events.ts';
import type { ServiceError } from '../../domain/service-error.ts';
import type { Database } from '../../repositories/database.ts';
import { delayOf, toServiceError } from '../failure.ts';
import type { Attempt, AttemptDeps } from './attempt.ts';

export type FailedAttemptsDeps = AttemptDeps & { readonly database: Database };

/** The event under which a step logs an unsuccessful attempt; `null` for a step that logs none. */
export type FailedEvent = (code: ErrorCode | 'INTERRUPTED') => LogEvent | null;

/** Notes the unsuccessful attempts of an activity in the processing log, and what waits on the call. */
export type FailedAttempts = {
  /**
   * Of equal failures in a row the first five get a row, then the 8th, 16th, 32nd and so on. What waits
   * is noted every time.
   */
  readonly noteFailed: (failure: ServiceError) => Promise<void>;
  readonly noteInterrupted: () => Promise<void>;
  /** Notes on behalf of an earlier attempt, by its number, that it was lost with its worker. */
  readonly noteLost: (number: number) => Promise<void>;
};

// Enough to see how it began. From there on twice as many each time: an outage of a night, with an
// attempt every five minutes, leaves ten rows instead of a hundred.
const NOTED_ONE_BY_ONE = 5;

/**
 * These attempts may have been paid for, and are counted by their rows up to more than five, so each has
 * one.
 */
const ALWAYS_NOTED: ReadonlySet<ErrorCode> = new Set([
  'MODEL_UNAVAILABLE',
  'MODEL_OUTPUT_INVALID',
  'MODEL_OUTPUT_TRUNCATED',
  'WORKER_CRASHED',
]);

type FailedAttempt = {
  readonly number: number;
  readonly event: LogEvent | null;
  readonly message: string;
  readonly code: ErrorCode | null;
  /** Part of normal operation: an information instead of an error. */
  readonly isExpected?: boolean;
};

type WaitingAttempt = {
  readonly number: number;
  readonly code: ErrorCode;
  readonly message: string;
  /** Until the next attempt, from now. */
  readonly delayMs: number;
};

/**
 * Creates the notes of one attempt's activity. They only accompany a failure, which is thrown in any
 * case: when the database is unavailable too, the note goes to the worker's own log instead.
 */
export function createFailedAttempts(
  { database, calls, log, tally }: FailedAttemptsDeps,
  attempt: Attempt,
  { callSid, failedEvent }: { readonly callSid: string; readonly failedEvent: FailedEvent },
): FailedAttempts {
  const { step, runId, activityId } = attempt;
  return {
    noteFailed,
    noteInterrupted: () =>
      note({
        number: attempt.number,
        event: failedEvent('INTERRUPTED'),
        message: `Attempt ${attempt.number} was interrupted: the run was cancelled or its worker shut down.`,
        code: null,
        isExpected: true,
      }),
    noteLost,
  };

  async function noteFailed(failure: ServiceError): Promise<void> {
    const { code, message } = failure;
    const event = failedEvent(code);
    if (event === null) return;
    await noteAlongside(event, async (call) => {
      const first = await log.firstAttemptInARow({ runId, activityId, code });
      const inARow = first === null ? 1 : attempt.number - first + 1;
      if (isNoted(code, inARow)) {
        const which = inARow > 1 ? `, number ${inARow} in a row with the same code` : '';
        await addRow(call, {
          number: attempt.number,
          event,
          message: `Attempt ${attempt.number} failed${which}. ${message}`,
          code,
          isExpected: code === 'RECORDING_NOT_THERE_YET',
        });
      }
      if (!failure.retryable || attempt.isOver()) return;
      const delayMs = delayOf(failure, attempt.backoffMs) ?? attempt.backoffMs;
      await noteWaiting(call, { number: attempt.number, code, message, delayMs });
    });
  }

  async function noteLost(number: number): Promise<void> {
    const code = 'WORKER_CRASHED';
    const event = failedEvent(code);
    if (event === null) return;
    const what = 'was lost: its worker died, froze or lost its connection to Temporal.';
    await noteAlongside(event, async (call) => {
      const isNew = await addRow(call, {
        number,
        event,
        message: `Attempt ${number} ${what}`,
        code,
      });
      if (isNew) tally.attemptEnded(step, 'lost');
      await noteWaiting(call, { number, code, message: `The attempt ${what}`, delayMs: 0 });
    });
  }

  async function noteWaiting(
    call: Call,
    { number, code, message, delayMs }: WaitingAttempt,
  ): Promise<void> {
    const now = await database.currentTime();
    const waiting = {
      waitingStep: step,
      waitingAttempt: number,
      waitingCode: code,
      waitingMessage: message,
      waitingSince: (await log.firstFailureAt({ runId, activityId })) ?? now,
      waitingNextAt: new Date(now.getTime() + delayMs),
    };
    await calls.noteWaiting({ id: call.id, runId }, waiting);
  }

  async function note(failed: FailedAttempt): Promise<void> {
    const { event } = failed;
    if (event === null) return;
    await noteAlongside(event, async (call) => {
      await addRow(call, { ...failed, event });
    });
  }

  /** Returns whether the row was not there before. */
  async function addRow(
    call: Call,
    { number, event, isExpected, ...row }: FailedAttempt & { readonly event: LogEvent },
  ): Promise<boolean> {
    const status = isExpected === true ? 'LOG_INFO' : LOG_STATUS[event];
    const key = { step, runId, activityId, attempt: number };
    return (await log.add([{ ...key, ...row, callId: call.id, status, event }])) === 1;
  }

  /** Writes about the call, if it has a row. A failure of the database must not hide the step's own. */
  async function noteAlongside(
    event: LogEvent,
    write: (call: Call) => Promise<void>,
  ): Promise<void> {
    try {
      const call = await calls.findByCallSid(callSid);
      if (call !== null) await write(call);
    } catch (error) {
      activityLog.warn('The failed attempt could not be noted in the processing log.', {
        event,
        code: toServiceError(error, database).code,
      });
    }
  }
}

/** Whether a failure gets a row: `inARow` counts it and the equal ones right before it. */
function isNoted(code: ErrorCode, inARow: number): boolean {
  if (ALWAYS_NOTED.has(code) || inARow <= NOTED_ONE_BY_ONE) return true;
  return Number.isInteger(Math.log2(inARow));
}
