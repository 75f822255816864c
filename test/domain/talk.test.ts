// Guarantees that the two channels of a conversation become caller and agent by the direction of the call, and that nothing
// is told of a recording that nobody heard.
import assert from 'node:assert/strict';

import { talkOf } from '../../src/domain/talk.ts';

const MEASURES = { silenceSeconds: 3, longestSilenceSeconds: 2, interruptions: 1 };
const HEARD = { channels: [], damage: 0, talk: { channelSeconds: [10, 20], ...MEASURES } };
const ROW = { heard: HEARD, heardSha256: 'a', sha256: 'a' };

describe('who spoke', () => {
  const cases = [
    ['inbound', 1, 10, 20],
    ['inbound', 2, 20, 10],
    // We placed it, so ours is the channel of whoever placed it.
    ['outbound', 1, 20, 10],
    ['outbound', 2, 10, 20],
    ['internal', 1, 10, 20],
    [null, 1, null, null],
  ] as const;
  for (const [direction, callerChannel, callerSeconds, agentSeconds] of cases) {
    it(`is told of a call that is ${direction ?? 'of unknown direction'}, placed on channel ${callerChannel}`, () => {
      assert.deepEqual(talkOf({ ...ROW, direction }, callerChannel), {
        callerSeconds,
        agentSeconds,
        ...MEASURES,
      });
    });
  }

  it('is not known of a recording that nobody heard, that had no conversation, or that was replaced', () => {
    for (const row of [
      { ...ROW, heard: null },
      { ...ROW, heard: { notHeard: 'CODEC' } },
      { ...ROW, heard: { channels: [], damage: 0 } },
      { ...ROW, heard: { ...HEARD, talk: null } },
      { ...ROW, heard: { ...HEARD, talk: { channelSeconds: [1] } } },
      { ...ROW, sha256: 'that of another recording' },
      { ...ROW, heardSha256: null, sha256: null },
    ]) {
      assert.equal(talkOf({ ...row, direction: 'inbound' }, 1), null);
    }
  });
});
