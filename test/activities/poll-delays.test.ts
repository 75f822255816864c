// Guarantees that Google is asked for a transcription the more rarely the longer the recording lasts, and that a result never waits for long.
import assert from 'node:assert/strict';

import { pollDelays } from '../../src/activities/transcription/poll-delays.ts';

/** When the operation of a recording is polled, in milliseconds from its submission, until it has ended. */
function pollsOf(seconds: number | null, endsAfterMs: number): number[] {
  const polls: number[] = [];
  let at = 0;
  for (const delay of pollDelays(seconds)) {
    at += delay;
    polls.push(at);
    if (at >= endsAfterMs) return polls;
  }
  throw new Error('It was not polled any more.');
}

describe('the polls of a transcription', () => {
  // As if each took a fifth of the recording's length.
  for (const [what, seconds, most] of [
    ['of a second', 1, 3],
    ['of three minutes', 180, 5],
    ['of an hour', 3_600, 13],
    ['of eight hours', 28_800, 100],
    ['whose length is not known', null, 6],
  ] as const) {
    it(`of a recording ${what} are few, and come soon after its end`, () => {
      const endsAfterMs = (seconds ?? 60) * 200;
      const polls = pollsOf(seconds, endsAfterMs);
      assert.ok(polls.length <= most, `${polls.length} polls`);
      const lateMs = (polls.at(-1) ?? 0) - endsAfterMs;
      const allowedMs = Math.min(Math.max(1_000, endsAfterMs / 2), 60_000);
      assert.ok(lateMs >= 0 && lateMs <= allowedMs, `${lateMs} ms after the end`);
    });
  }

  it('begin no later than a minute after the submission, and are a minute apart at most', () => {
    const [first, second] = pollsOf(100_000, 100_000);
    assert.deepEqual([first, second], [60_000, 120_000]);
  });
});
