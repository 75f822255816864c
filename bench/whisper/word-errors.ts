import leven from 'leven';

/** The number of words spoken, and of words substituted, deleted or inserted in the transcript. */
export type WordErrors = { readonly words: number; readonly errors: number };

const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];

/**
 * Normalises a text for the comparison: lower case, no punctuation, hyphens as spaces, each digit as a
 * word. Nothing else is normalised: contractions are not expanded, and British and American spellings
 * differ.
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
 * The word errors of a text: the smallest number of substitutions, deletions and insertions. The word
 * error rate is that number divided by the number of words spoken.
 */
export function countErrors(spoken: string, transcribed: string): WordErrors {
  const letters = new Map<string, string>();
  // The library compares letters, so each distinct word is mapped to one letter.
  const spell = (words: readonly string[]) =>
    words
      .map((word) => {
        const letter = letters.get(word) ?? String.fromCharCode(FIRST_LETTER + letters.size);
        letters.set(word, letter);
        return letter;
      })
      .join('');
  const words = toWords(spoken);
  return { words: words.length, errors: leven(spell(words), spell(toWords(transcribed))) };
}

/** CJK ideographs: 20,000 consecutive letters, none of them a combining character or a surrogate. */
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
