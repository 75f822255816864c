import { setTimeout as delay } from 'node:timers/promises';

// Often enough to lose no time, seldom enough to leave the CPU to the processes under test.
const LOOK_EVERY_MS = 50;

// Whatever tests wait for takes seconds at most; the rest is room for a busy machine. It is shorter
// than a test may take (.mocharc.json), so that a failure says what did not happen.
const DEADLINE_MS = 60_000;

/**
 * Waits until `look` returns something other than null, undefined or false. Rejects at the deadline
 * with `what` was waited for.
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  deadlineMs = DEADLINE_MS,
): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    const found = await look();
    if (found !== null && found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`Waited ${deadlineMs} ms in vain for ${what}.`);
    await delay(LOOK_EVERY_MS);
  }
}
