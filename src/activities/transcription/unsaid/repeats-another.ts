import { wordsOf } from '../../../domain/spoken-words.ts';
import type { TranscriptSegment } from '../../../domain/transcript.ts';

/** A comparison takes time by the product of both lengths; no segment of a call has more words. */
const MAX_WORDS = 500;

/** Whether such a part of a segment's words are, in their order, those of the others, which lie at the same time. */
export function repeatsAnother(
  segment: TranscriptSegment,
  others: readonly TranscriptSegment[],
  part: number,
): boolean {
  const words = wordsOf(segment.text).slice(0, MAX_WORDS);
  const heard = others.flatMap(({ text }) => wordsOf(text));
  const inOrder = commonWords(
    words.map(({ word }) => word),
    heard.slice(0, MAX_WORDS).map(({ word }) => word),
  );
  return words.length > 0 && inOrder >= words.length * part;
}

/** How many words two texts have in common in the same order (the longest common subsequence). */
function commonWords(one: readonly string[], other: readonly string[]): number {
  let before = new Uint16Array(other.length + 1);
  for (const word of one) {
    const row = new Uint16Array(other.length + 1);
    for (const [at, each] of other.entries()) {
      row[at + 1] =
        word === each ? (before[at] ?? 0) + 1 : Math.max(before[at + 1] ?? 0, row[at] ?? 0);
    }
    before = row;
  }
  return before[other.length] ?? 0;
}
