import { CancelledFailure, Context, log as activityLog } from '@temporalio/activity';

import type { AttemptHistory } from '../../clients/temporal/attempt-history.ts';
import type { ErrorCode } from '../../domain/error-codes.ts';
import type { LogEvent, LogStatus } from '../../domain/log-events.ts';
import type { Step } from '../../domain/names.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type {
  LogRow,
  ProcessingLogRepository,
} from '../../repositories/processing-log-repository.ts';
import { toApplicationFailure, toServiceError } from '../failure.ts';
import { transitionOf } from './transition.ts';

/** What an activity knows of the attempt it is. */
export type Attempt = {
  readonly step: Step;
  /** The run that the attempt belongs to. */
  readonly runId: string;
  readonly activityId: string;
  /** Counts from 1. */
  readonly number: number;
  /** When the step was first scheduled, by Temporal's clock. */
  readonly scheduledAt: Date;
  /** Where the attempt stands in the order of the call's changes of status. */
  readonly transition: bigint;
  /** Aborts when the run is cancelled, the attempt has timed out or the worker shuts down. */
  readonly signal: AbortSignal;
  /** A log row about something that can be true only once per activity. */
  logRow(row: RowContent): LogRow;
};

type RowContent = {
  readonly callId: string;
  readonly companyId?: string | null;
  readonly status: LogStatus;
  readonly event: LogEvent;
  readonly message: string;
  readonly code?: ErrorCode;
};

export type RunStepDeps = {
  readonly calls: CallRepository;
  readonly log: ProcessingLogRepository;
  readonly attemptHistory: AttemptHistory;
};

type FailedEvent = (code: ErrorCode | 'INTERRUPTED') => LogEvent | null;

// A call that takes its worker down whenever a certain step runs would take them all down in turn.
// Five of one step are no deploy and no power cut.
const LOST_ATTEMPTS_AT_MOST = 5;

/**
 * Runs one attempt of a step: hands `work` what it needs to know of the attempt, and turns what it
 * throws into a failure that Temporal understands, after noting the failed attempt in the log.
 * `failedEvent` names that note; `null` for steps that have no event of their own.
 */
export async function runStep<T>(
  deps: RunStepDeps,
  step: Step,
  callSid: string,
  failedEvent: FailedEvent,
  work: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const attempt = currentAttempt(step);
  try {
    if (attempt.number > 1) await settleLostAttempt(deps, attempt, callSid, failedEvent);
    return await work(attempt);
  } catch (error) {
    if (attempt.signal.aborted || error instanceof CancelledFailure) {
      await noteAttempt(deps, attempt, callSid, failedEvent('INTERRUPTED'), {
        status: 'LOG_INFO',
        message: `Attempt ${attempt.number} was interrupted: the run was cancelled or its worker shut down.`,
      });
      throw attempt.signal.aborted ? attempt.signal.reason : error;
    }
    const failure = toServiceError(error);
    await noteAttempt(deps, attempt, callSid, failedEvent(failure.code), {
      status: failure.code === 'RECORDING_NOT_THERE_YET' ? 'LOG_INFO' : 'LOG_ERROR',
      message: `Attempt ${attempt.number} failed. ${failure.message}`,
      code: failure.code,
    });
    throw toApplicationFailure(failure);
  }
}

/**
 * Notes on behalf of the attempt before this one that it was lost with its worker, and gives the
 * step up when that has happened too often. Steps without an event of their own are not counted:
 * they touch nothing that could take a worker down.
 */
async function settleLostAttempt(
  deps: RunStepDeps,
  attempt: Attempt,
  callSid: string,
  failedEvent: FailedEvent,
): Promise<void> {
  const event = failedEvent('WORKER_CRASHED');
  const { runId, activityId } = attempt;
  if (event === null) return;
  if (!(await deps.attemptHistory.wasPreviousLost({ workflowId: callSid, runId, activityId }))) {
    return;
  }
  const code = 'WORKER_CRASHED';
  const lost = attempt.number - 1;
  await noteAttempt(deps, { ...attempt, number: lost }, callSid, event, {
    status: 'LOG_ERROR',
    message: `Attempt ${lost} was lost: its worker died, froze or lost touch with Temporal.`,
    code,
  });
  const losses = await deps.log.countFailures({ runId, activityId, code });
  if (losses >= LOST_ATTEMPTS_AT_MOST) {
    throw new ServiceError(
      code,
      `${attempt.step} was lost with its worker ${losses} times, so it is not tried again by itself.`,
    );
  }
}

/** What the running activity knows of its attempt. */
export function currentAttempt(step: Step): Attempt {
  const { info, cancellationSignal } = Context.current();
  const { runId } = info.workflowExecution ?? {};
  if (runId === undefined) {
    throw new ServiceError('INTERNAL_ERROR', `${step} was called outside a workflow.`);
  }
  const { activityId, attempt, scheduledTimestampMs } = info;
  return {
    step,
    runId,
    activityId,
    number: attempt,
    scheduledAt: new Date(scheduledTimestampMs),
    transition: transitionOf(info),
    signal: cancellationSignal,
    logRow: (row) => ({ ...row, step, attempt: 0, runId, activityId }),
  };
}

/**
 * Notes a failed or interrupted attempt. It is a note beside the failure, which is thrown in any
 * case: where the database is away too, the worker's own log has to do.
 */
async function noteAttempt(
  { calls, log }: RunStepDeps,
  attempt: Attempt,
  callSid: string,
  event: LogEvent | null,
  content: Omit<RowContent, 'callId' | 'event'>,
): Promise<void> {
  if (event === null) return;
  try {
    const call = await calls.findByCallSid(callSid);
    if (call === null) return;
    const row = attempt.logRow({ ...content, callId: call.id, event });
    await log.create({ ...row, attempt: attempt.number });
  } catch (error) {
    activityLog.warn('The failed attempt could not be noted in the processing log.', {
      event,
      code: toServiceError(error).code,
    });
  }
}
