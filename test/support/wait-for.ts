import { setTimeout as delay } from 'node:timers/promises';

// Often enough to lose no time, seldom enough to leave the CPU to the processes under test.
const LOOK_EVERY_MS = 50;

// Whatever tests wait for takes seconds at most; the rest is room for a busy machine. It is shorter
// than a test may take (.mocharc.json), so that a failure says what did not happen.
const DEADLINE_MS = 60_000;

/**
 * Waits until `look` returns something other than null, undefined or false. Rejects at the deadline
 * with `what` was waited for and, if `instead` tells, what is there instead.
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  deadlineMs = DEADLINE_MS,
  instead?: () => Promise<string>,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== undefined && seen !== false) return seen;
    if (performance.now() > end) {
      const found = instead === undefined ? '' : ` Instead: ${await instead()}`;
      throw new Error(`Waited ${deadlineMs} ms in vain for ${what}.${found}`);
    }
    await delay(LOOK_EVERY_MS);
  }
}
