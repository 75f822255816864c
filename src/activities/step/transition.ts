import type { Info } from '@temporalio/activity';

/** Room for the activities of one run that are scheduled within the same millisecond and later. */
const ACTIVITIES_PER_RUN = 100_000n;

/**
 * Where an activity stands in the order of a call's changes of status: by the time Temporal
 * scheduled it, then by its number within the run. The same for every attempt, larger for
 * everything that is scheduled later in this run or in one that follows. A late writer (an attempt
 * that timed out and lives on) is told by it from its successor.
 */
export function transitionOf(info: Pick<Info, 'scheduledTimestampMs' | 'activityId'>): bigint {
  return BigInt(info.scheduledTimestampMs) * ACTIVITIES_PER_RUN + BigInt(info.activityId);
}

/**
 * Where the release of what was parked stands in that order: after everything that was scheduled
 * by then, in the same millisecond too, since the signal may be handled in the one in which the
 * failure was parked.
 */
export function releaseTransitionOf(releasedAtMs: number): bigint {
  return BigInt(releasedAtMs + 1) * ACTIVITIES_PER_RUN - 1n;
}
