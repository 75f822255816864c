import leven from 'leven';

/** How many words were said, and how many of them were heard wrongly, left out or put in. */
export type WordErrors = { readonly words: number; readonly errors: number };

const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/**
 * The words of a text as they are compared: in small letters, without punctuation, hyphens as
 * spaces, digits one by one as words. Nothing else is forgiven: no contraction is spelled out, no
 * spelling of another country accepted.
 */
export function toWords(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replaceAll('’', "'")
      .replaceAll(/\d/g, (digit) => ` ${DIGITS[Number(digit)] ?? ''} `)
      .match(/[a-z]+(?:'[a-z]+)*/g) ?? []
  );
}

/**
 * The word errors of a text: the fewest words to replace, leave out or put in. The word error rate
 * is their number divided by that of the words said.
 */
export function countErrors(said: string, heard: string): WordErrors {
  const letters = new Map<string, string>();
  // The library compares letters, so each word is given a letter of its own.
  const spell = (words: readonly string[]) =>
    words
      .map((word) => {
        const letter = letters.get(word) ?? String.fromCharCode(FIRST_LETTER + letters.size);
        letters.set(word, letter);
        return letter;
      })
      .join('');
  const words = toWords(said);
  return { words: words.length, errors: leven(spell(words), spell(toWords(heard))) };
}

/** CJK ideographs: 20,000 letters in a row, none of them a combining one or half of a pair. */
const FIRST_LETTER = 0x4e00;

/** The sum over several texts. */
export function sum(all: readonly WordErrors[]): WordErrors {
  return {
    words: all.reduce((total, { words }) => total + words, 0),
    errors: all.reduce((total, { errors }) => total + errors, 0),
  };
}

/** "4.2 %" */
export function rateOf({ words, errors }: WordErrors): string {
  return `${((100 * errors) / words).toFixed(1)} %`;
}
