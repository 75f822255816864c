export type SpokenWords = {
  /**
   * The passage of one text that consists of exactly these words, in the transcript's own spelling;
   * `null` when nobody said them. Case, punctuation and spaces do not matter; every word does.
   */
  find(words: string): string | null;
  /** Whether each word was said somewhere in the call: a name may be said in two parts. */
  hasEach(words: string): boolean;
};

/** A word and its position in the text. */
type Word = { readonly word: string; readonly start: number; readonly end: number };

/** The scripts without spaces between words. */
const UNSPACED = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]`;

/**
 * A run of letters, marks and digits; in a script without spaces, each single character, so that a
 * part of a sentence can be found.
 */
const WORD = new RegExp(String.raw`${UNSPACED}\p{M}*|[[\p{L}\p{N}\p{M}]--${UNSPACED}]+`, 'gv');

/** "can't" is one word, however its apostrophe is written. */
const APOSTROPHE = /(?<=\p{L})['’ʼ`´](?=\p{L})/gu;

/** A letter in Unicode, and as long as the characters that it replaces, so that positions stay right. */
const APOSTROPHE_LETTER = 'ʼ';

/** Indexes what was said in a call, one text per turn, to tell a quotation from an invention. */
export function createSpokenWords(speeches: readonly string[]): SpokenWords {
  const indexed = speeches.map((text) => {
    const words = wordsOf(text);
    return { text, words, line: toLine(words) };
  });
  const all = new Set(indexed.flatMap(({ words }) => words.map(({ word }) => word)));
  return {
    find(sought) {
      const line = toLine(wordsOf(sought));
      if (line === ' ') return null;
      for (const speech of indexed) {
        const at = speech.line.indexOf(line);
        if (at >= 0) return cut(speech, countWords(speech.line.slice(0, at)), countWords(line));
      }
      return null;
    },
    hasEach(sought) {
      const words = wordsOf(sought);
      return words.length > 0 && words.every(({ word }) => all.has(word));
    },
  };
}

/** The text of `count` words from the `first`, with the mark that ends the sentence. */
function cut(
  { text, words }: { readonly text: string; readonly words: readonly Word[] },
  first: number,
  count: number,
): string {
  const start = words[first]?.start ?? 0;
  const end = words[first + count - 1]?.end ?? text.length;
  return text.slice(start, end) + (/^[.!?…。！？]+/u.exec(text.slice(end))?.[0] ?? '');
}

/** The words of a text without what their spelling may differ in, and where each stands. */
export function wordsOf(text: string): Word[] {
  return [...text.replace(APOSTROPHE, APOSTROPHE_LETTER).matchAll(WORD)]
    .map(({ 0: found, index }) => ({ word: fold(found), start: index, end: index + found.length }))
    .filter(({ word }) => word !== '');
}

/** Removes what two spellings of one word may differ in. NFKC turns some characters into several words. */
function fold(word: string): string {
  return word.normalize('NFKC').toLowerCase().replaceAll(APOSTROPHE_LETTER, '').replace(/\s/gu, '');
}

/** The words with one space around each, so that part of a word is not found. */
function toLine(words: readonly Word[]): string {
  return [' ', ...words.map(({ word }) => `${word} `)].join('');
}

function countWords(line: string): number {
  return line.split(' ').filter((word) => word !== '').length;
}
