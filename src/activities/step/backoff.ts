import type { Info } from '@temporalio/activity';
import type { Duration } from '@temporalio/common';

// What Temporal assumes where a policy says nothing.
const DEFAULT_INTERVAL_MS = 1_000;
const DEFAULT_COEFFICIENT = 2;
const DEFAULT_MAXIMUM_FACTOR = 100;

/** How long Temporal waits after this attempt if it fails and names no delay, in milliseconds. */
export function backoffOf({ attempt, retryPolicy }: Pick<Info, 'attempt' | 'retryPolicy'>): number {
  const initial = toMs(retryPolicy?.initialInterval) ?? DEFAULT_INTERVAL_MS;
  const coefficient = retryPolicy?.backoffCoefficient ?? DEFAULT_COEFFICIENT;
  const maximum = toMs(retryPolicy?.maximumInterval) ?? DEFAULT_MAXIMUM_FACTOR * initial;
  return Math.min(initial * coefficient ** (attempt - 1), maximum);
}

/** The server sends numbers; a text could only be the code's own, which is not what an attempt gets. */
function toMs(duration: Duration | undefined): number | undefined {
  return typeof duration === 'number' ? duration : undefined;
}
