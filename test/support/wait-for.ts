import { setTimeout as delay } from 'node:timers/promises';

// Often enough to lose no time, seldom enough to leave the processes under test the processor.
const LOOK_EVERY_MS = 50;

// What is waited for takes seconds at the most; the rest is room for a machine that is busy with other
// things. Shorter than a test may take (.mocharc.json), so that a failure says what did not come.
const DEADLINE_MS = 60_000;

/**
 * Waits until `look` gives something other than null, undefined or false. Rejects with what was
 * waited for when that takes longer than the deadline.
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
