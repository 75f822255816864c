// Guarantees that a transcript is split into parts that fit, without losing or repeating a character, and at the least harmful places.
import assert from 'node:assert/strict';

import fc from 'fast-check';

import { toParts } from '../../../src/clients/language-model/parts.ts';
import { estimateTokens } from '../../../src/clients/language-model/tokens.ts';
import { toTestTurns } from './support.ts';

describe('the parts of a transcript', () => {
  const room = { tokens: 60, bytes: 400 };
  const squeeze = (text: string) => text.replace(/\s+/gu, '');

  it('contain every character of any call once, in order, and fit', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      fc.lorem({ maxCount: 60 }),
      fc.string({ unit: fc.constantFrom('字', '。', '😀', ' ', 'a'), maxLength: 200 }),
    );
    fc.assert(
      fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
        const turns = toTestTurns(...texts.filter((each) => each.trim() !== ''));
        const parts = toParts(turns, room);
        const read = parts.flatMap((part) => part.turns.map((turn) => turn.text)).join('');
        assert.equal(squeeze(read), squeeze(turns.map((turn) => turn.text).join('')));
        assert.ok(parts.every((part) => part.turns.length > 0));
        assert.ok(parts.every((part) => part.text.isWellFormed() || !read.isWellFormed()));
        assert.ok(parts.every((part) => estimateTokens(part.text) <= room.tokens));
      }),
    );
  });

  it('end where a sentence ends, or else where a word ends', () => {
    const [turn] = toTestTurns('One two three four. Five six seven eight nine ten. Eleven twelve');
    assert.ok(turn !== undefined);
    const cut = toParts([turn], { tokens: 20, bytes: 1_000 }).map(({ text }) => text);
    assert.deepEqual(cut, [
      'Caller: One two three four.',
      'Caller: Five six seven eight nine ten.',
      'Caller: Eleven twelve',
    ]);
    const words = toParts([{ ...turn, text: 'alpha beta gamma delta epsilon zeta eta theta' }], {
      tokens: 18,
      bytes: 1_000,
    });
    assert.ok(words.length > 1);
    for (const { turns } of words) assert.match(turns[0]?.text ?? '', /^[a-z]+(?: [a-z]+)*$/);
    assert.equal(
      words.flatMap(({ turns }) => turns.map(({ text }) => text)).join(' '),
      'alpha beta gamma delta epsilon zeta eta theta',
    );
  });

  it('are cut in a time that grows with the text, however few of it fit at once', () => {
    const room = { tokens: 60, bytes: 1_000 };
    const timeOf = (characters: number) => {
      const turns = toTestTurns('The printer hums. '.repeat(characters / 18));
      const { user } = process.cpuUsage();
      toParts(turns, room);
      return process.cpuUsage().user - user;
    };
    timeOf(180_000);
    // A time that grew with its square would be sixty-four times as long.
    const [short, long] = [timeOf(180_000), timeOf(8 * 180_000)];
    assert.ok(long < 24 * Math.max(short, 5_000), `${short} and ${long} µs`);
  });
});
