// The word error rate counts the fewest replacements, omissions and insertions, and ignores only differences of form.
import assert from 'node:assert/strict';

import { countErrors, rateOf, sum, toWords } from '../../bench/whisper/word-errors.ts';

describe('the word error rate', () => {
  it('counts words replaced, omitted and inserted', () => {
    const said = 'Please hold while I try that extension.';
    for (const [heard, errors] of [
      [said, 0],
      ['Please hold while I try the extension.', 1],
      ['Please hold while try that extension.', 1],
      ['Please do hold while I try that extension.', 1],
      ['I try that extension, please hold.', 5],
      ['', 7],
    ] as const) {
      assert.deepEqual(countErrors(said, heard), { words: 7, errors }, heard);
    }
  });

  it('ignores case, punctuation and how digits are written, and nothing else', () => {
    assert.equal(countErrors('To continue, press one!', 'to continue press 1').errors, 0);
    assert.equal(countErrors('Re-enter it.', 're enter it').errors, 0);
    assert.equal(countErrors("That's it.", 'That’s it').errors, 0);
    assert.equal(countErrors('I am sorry.', "I'm sorry.").errors, 2);
    assert.deepEqual(toWords('Dial 42.'), ['dial', 'four', 'two']);
  });

  it('gives long texts more weight than short ones', () => {
    const all = [
      countErrors('one two three four five six', 'one'),
      countErrors('one two', 'one two'),
    ];
    assert.equal(rateOf(sum(all)), '62.5 %');
  });
});
