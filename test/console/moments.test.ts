import assert from 'node:assert/strict';

import { momentOf, speechesOf } from '../../src/console/call/moments.ts';
import { toTurns } from '../../src/domain/turns.ts';

const said = (channel: number, startSeconds: number, text: string) => ({
  speaker: String(channel),
  channel,
  startSeconds,
  endSeconds: startSeconds + 4,
  text,
});

// A turn of a minute between two short ones, near the end of three hours. The channels come one after another.
const SEGMENTS = [
  said(1, 10_740, 'Good morning.'),
  said(1, 10_815, 'Thank you.'),
  said(2, 10_745, 'Let me see.'),
  said(2, 10_760, 'The scanner is asleep.'),
  said(2, 10_799, 'I will call you back'),
  said(2, 10_803, 'before noon today.'),
];

describe('where a call’s words were said', () => {
  const turns = toTurns(SEGMENTS, { direction: 'inbound', callerChannel: 1 });
  const speeches = speechesOf({
    text: '',
    turns,
    segments: SEGMENTS,
    languageCode: null,
    leftOut: null,
    recognition: null,
  });

  it('is told by the recogniser’s own times, also in the middle of a long turn and at 2:59:59', () => {
    assert.deepEqual(momentOf('The scanner is asleep.', speeches), {
      index: 1,
      startSeconds: 10_760,
    });
    assert.deepEqual(momentOf('call you back before noon', speeches), {
      index: 1,
      startSeconds: 10_799,
    });
    assert.equal(momentOf('nobody said this', speeches), null);
  });

  it('is known of each stretch of a turn', () => {
    assert.deepEqual(
      speeches.map(({ pieces }) => pieces.map(({ startSeconds }) => startSeconds)),
      [[10_740], [10_745, 10_760, 10_799, 10_803], [10_815]],
    );
  });
});
