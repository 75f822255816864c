// Guarantees that stored text shows what it says: nothing in it is refused by the database, reorders it or hides in it.
import assert from 'node:assert/strict';

import { hasControlCharacters, toStorable } from '../../src/domain/storable-text.ts';

const BIDI = ['\u202a', '\u202e', '\u2066', '\u2069', '\u200e', '\u200f', '\u061c'];

describe('text of another system', () => {
  it('loses marks of direction and hidden characters', () => {
    for (const mark of [...BIDI, '\ufeff', '\ufffa', '\u{e0041}']) {
      assert.equal(toStorable(`pay${mark}roll`), 'payroll', JSON.stringify(mark));
    }
    for (const mark of [...BIDI, '\u{e0041}', '\u0007', '\ud800']) {
      assert.equal(hasControlCharacters(`pay${mark}roll`), true, JSON.stringify(mark));
    }
  });

  it('has spaces in place of control characters and half characters', () => {
    for (const mark of ['\u0000', '\u001b', '\u0085', '\n', '\u2028', '\u2029', '\ud83d']) {
      assert.equal(toStorable(`a${mark}b`), 'a b', JSON.stringify(mark));
    }
  });

  it('keeps every script, its joiners and emoji', () => {
    for (const text of [
      'שלום, מה שלומך?',
      'مرحبا، كيف حالك؟',
      'می\u200cخواهم',
      'क्\u200dष',
      '👩\u200d👩\u200d👧 😀',
      'Zoë’s naïve café — 東京',
    ]) {
      assert.equal(toStorable(text), text);
      assert.equal(hasControlCharacters(text), false);
    }
    assert.equal(hasControlCharacters('line\r\n\ttab'), false);
  });
});
