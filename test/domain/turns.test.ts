// Guarantees that a transcript's segments become turns that read like the conversation: no word lost, in time order, each attributed to the right party.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Direction } from '../../src/domain/call.ts';
import type { TranscriptSegment } from '../../src/domain/transcript.ts';
import { renderTurns, toTurns } from '../../src/domain/turns.ts';

function segment(
  text: string,
  startSeconds: number,
  endSeconds: number,
  channel: number | null = null,
  speaker = channel === null ? null : String(channel),
): TranscriptSegment {
  return { text, startSeconds, endSeconds, channel, speaker };
}

const TWO_CHANNELS = [
  segment('Hello?', 0, 1, 1),
  segment('Service desk,', 1, 2, 2),
  segment('how can I help?', 3, 4, 2),
  segment('No email.', 5, 6, 1),
];

function render(
  segments: readonly TranscriptSegment[],
  direction: Direction | null,
  callerChannel = 1,
): string[] {
  return renderTurns(toTurns(segments, { direction, callerChannel })).split('\n');
}

describe('the turns of a call', () => {
  const parties = [
    ['inbound', 1, 'Caller', 'Agent'],
    ['inbound', 2, 'Agent', 'Caller'],
    ['outbound', 1, 'Agent', 'Called party'],
    ['outbound', 2, 'Called party', 'Agent'],
    ['internal', 1, 'Caller', 'Colleague'],
    [null, 1, 'Speaker 1', 'Speaker 2'],
  ] as const;
  for (const [direction, callerChannel, first, second] of parties) {
    it(`name ${first} and ${second} when the direction is ${direction ?? 'unknown'} and the caller is on channel ${callerChannel}`, () => {
      assert.deepEqual(render(TWO_CHANNELS, direction, callerChannel), [
        `${first}: Hello?`,
        `${second}: Service desk, how can I help?`,
        `${first}: No email.`,
      ]);
    });
  }

  it('stay readable where both parties talk at the same time', () => {
    const overlapping = [
      segment('I think the printer', 0, 4, 1),
      segment('Yes.', 1, 2, 2),
      segment('is broken.', 4.2, 6, 1),
      segment('Right, I see it.', 5, 7, 2),
    ];
    assert.deepEqual(render(overlapping, 'inbound'), [
      'Caller: I think the printer',
      'Agent: Yes.',
      'Caller: is broken.',
      'Agent: Right, I see it.',
    ]);
  });

  it('name the voices on a single channel by their labels, because their parties are unknown', () => {
    const voices = [segment('Hello?', 0, 1, null, '1'), segment('Hi.', 1, 2, null, '2')];
    assert.deepEqual(render(voices, 'inbound'), ['Speaker 1: Hello?', 'Speaker 2: Hi.']);
  });

  it('are one line each, without a name, where the speakers are unknown', () => {
    assert.deepEqual(render([segment('Hello?', 0, 1), segment('Hi.', 1, 2)], 'inbound'), [
      'Hello?',
      'Hi.',
    ]);
  });

  it('name any channel beyond the second by its number', () => {
    assert.deepEqual(render([segment('Listening in.', 0, 1, 3)], 'inbound'), [
      'Speaker 3: Listening in.',
    ]);
  });

  it('are empty for an empty transcript', () => {
    assert.deepEqual(toTurns([], { direction: 'inbound', callerChannel: 1 }), []);
    assert.equal(renderTurns([]), '');
  });

  const anySegment = fc
    .record({
      text: fc.array(fc.stringMatching(/^[a-z]{1,6}$/), { minLength: 1, maxLength: 4 }),
      start: fc.integer({ min: 0, max: 50 }),
      length: fc.integer({ min: 0, max: 10 }),
      channel: fc.constantFrom(null, 1, 2, 3),
      speaker: fc.constantFrom(null, '1', '2'),
    })
    .map(({ text, start, length, channel, speaker }) =>
      segment(text.join(' '), start, start + length, channel, speaker ?? undefined),
    );
  const anyRules = fc.record({
    direction: fc.constantFrom('inbound', 'outbound', 'internal', null),
    callerChannel: fc.constantFrom(1, 2),
  });

  it('contain every word once, in time order, and adjacent turns have different speakers', () => {
    fc.assert(
      fc.property(fc.array(anySegment, { maxLength: 30 }), anyRules, (segments, rules) => {
        const turns = toTurns(segments, rules);
        const wordsOf = (items: readonly { text: string }[]) =>
          items.flatMap(({ text }) => text.split(' '));
        assert.deepEqual(wordsOf(turns).toSorted(), wordsOf(segments).toSorted());
        // The words of one party stay in the order in which they were said.
        for (const { channel, speaker } of segments) {
          const isOurs = (other: TranscriptSegment) =>
            other.channel === channel && other.speaker === speaker;
          const alone = toTurns(segments.filter(isOurs), rules);
          const name = alone[0]?.speaker ?? null;
          const inAll = wordsOf(turns.filter((turn) => turn.speaker === name)).join(' ');
          if (
            segments.every((other) => isOurs(other) || toTurns([other], rules)[0]?.speaker !== name)
          )
            assert.equal(inAll, wordsOf(alone).join(' '));
        }
        for (const [index, turn] of turns.entries()) {
          const before = turns[index - 1];
          assert.ok(turn.endSeconds >= turn.startSeconds);
          if (before === undefined) continue;
          assert.ok(before.startSeconds <= turn.startSeconds);
          assert.ok(turn.speaker === null || before.speaker !== turn.speaker);
        }
      }),
    );
  });
});
