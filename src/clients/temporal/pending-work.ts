import type { WorkflowExecutionDescription } from '@temporalio/client';
import { tsToDate } from '@temporalio/common/lib/time.js';

import { isErrorCode, type ErrorCode } from '../../domain/error-codes.ts';
import { isStep, type Step } from '../../domain/names.ts';

/** A step of an open run that has not ended, as Temporal knows it. */
type PendingStep = {
  readonly step: Step;
  /** How many attempts have ended without a result. */
  readonly failedAttempts: number;
  /** How the last of them failed; `null` when none did. */
  readonly failure: {
    readonly code: ErrorCode;
    readonly message: string;
    readonly at: Date | null;
  } | null;
  /** When the attempt that is running began; `null` when none is running. */
  readonly runningSince: Date | null;
  /** When the next attempt is due, if that lies ahead; `null` otherwise. */
  readonly nextAttemptAt: Date | null;
};

/** What an open run is doing, or waits for. */
export type PendingWork = {
  readonly steps: readonly PendingStep[];
  /** Since when a task of the run lies ready and no worker has taken it; `null` when none does. */
  readonly unclaimedSince: Date | null;
};

type RawDescription = WorkflowExecutionDescription['raw'];
type RawActivity = NonNullable<RawDescription['pendingActivities']>[number];

// temporal.api.enums.v1.PendingActivityState and PendingWorkflowTaskState: SCHEDULED in both.
const SCHEDULED = 1;
// Of an activity alone: a worker has it.
const STARTED = 2;

/** Reads what a run waits for from its description; `now` tells which attempts are due. */
export function pendingWorkOf(raw: RawDescription, now: Date): PendingWork {
  const activities = (raw.pendingActivities ?? []).flatMap((activity) => {
    const step = activity.activityType?.name ?? '';
    return isStep(step) ? [toPendingStep(step, activity, now)] : [];
  });
  const task = raw.pendingWorkflowTask;
  const ready = [
    ...activities.map(({ readySince }) => readySince),
    task?.state === SCHEDULED ? dateOf(task.scheduledTime) : null,
  ].filter((since) => since !== null);
  return {
    steps: activities,
    unclaimedSince: ready.toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null,
  };
}

function toPendingStep(
  step: Step,
  activity: RawActivity,
  now: Date,
): PendingStep & { readonly readySince: Date | null } {
  const { attempt = 1, state, lastFailure, scheduledTime, paused } = activity;
  const isScheduled = state === SCHEDULED;
  const dueAt = isScheduled ? dateOf(activity.nextAttemptScheduleTime ?? scheduledTime) : null;
  const isDue = dueAt !== null && dueAt <= now;
  return {
    step,
    failedAttempts: (attempt ?? 1) - 1,
    failure: lastFailure == null ? null : { ...toFailure(lastFailure), at: lastEnd(activity) },
    runningSince: state === STARTED ? dateOf(activity.lastStartedTime) : null,
    nextAttemptAt: isDue ? null : dueAt,
    // An operator may have paused the step: then no worker is offered it.
    readySince: isDue && paused !== true ? dueAt : null,
  };
}

function toFailure({ applicationFailureInfo, message }: NonNullable<RawActivity['lastFailure']>): {
  readonly code: ErrorCode;
  readonly message: string;
} {
  const type = applicationFailureInfo?.type;
  if (isErrorCode(type)) return { code: type, message: message ?? '' };
  // Temporal's own words about timeouts, or the SDK's about a worker that shut down.
  return {
    code: 'WORKER_CRASHED',
    message:
      'The attempt ended without a result: its worker shut down, died, froze or lost its connection to Temporal.',
  };
}

function lastEnd({ lastAttemptCompleteTime, lastStartedTime }: RawActivity): Date | null {
  return dateOf(lastAttemptCompleteTime ?? lastStartedTime);
}

function dateOf(time: Parameters<typeof tsToDate>[0] | null | undefined): Date | null {
  return time == null ? null : tsToDate(time);
}
