import type { Observation } from '../observation.ts';
import { violationsOf, type Violation } from './violation.ts';

// Our transactions write a few rows. One that stays open longer holds its locks while it waits for
// something else.
const IDLE_AT_MOST_MS = 1_000;

/** I10: no session of ours was idle inside a transaction for more than a second. */
export function checkSessions({ sessions }: Observation): readonly Violation[] {
  const violations = violationsOf('I10');
  if (sessions.samples === 0) violations.add(null, 'nobody looked at the sessions');
  for (const { pid, longestMs, lastQuery } of sessions.idle) {
    if (longestMs > IDLE_AT_MOST_MS) {
      violations.add(
        null,
        `session ${pid} was idle in transaction for ${longestMs} ms, after ${lastQuery}`,
      );
    }
  }
  return violations.list;
}
