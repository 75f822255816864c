import type { Info } from '@temporalio/activity';

/** More than the activities of one run, so that their numbers never reach the next millisecond. */
const ACTIVITIES_PER_RUN = 100_000n;

/**
 * The place of an activity in the order of a call's changes of status: by the time at which Temporal
 * scheduled it, then by its number within the run. It is the same for every attempt, and larger for
 * everything that is scheduled later in this run or the next. It tells a late writer (an attempt that
 * timed out but is still running) from its successor.
 */
export function transitionOf(info: Pick<Info, 'scheduledTimestampMs' | 'activityId'>): bigint {
  return BigInt(info.scheduledTimestampMs) * ACTIVITIES_PER_RUN + BigInt(info.activityId);
}

/**
 * The place of a release of parked steps in that order: after everything that was scheduled by then,
 * even in the same millisecond, because the signal may be handled in the millisecond in which the
 * failure was parked.
 */
export function releaseTransitionOf(releasedAtMs: number): bigint {
  return BigInt(releasedAtMs + 1) * ACTIVITIES_PER_RUN - 1n;
}
