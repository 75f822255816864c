import { gramsOfWords, type Grams } from './transcript-match.ts';

/**
 * So much of an excerpt must be of the call: the rest is where turns and sentences that were no
 * neighbours in the call have come to stand side by side.
 */
const MIN_SHARE = 0.5;

/**
 * Returns those that a text is taken from: a part of a long call, or sentences of it. The ones with
 * the greatest share of the text's sequences of words; several only when they say the same.
 */
export function findByExcerpt<T extends { grams: Grams }>(
  candidates: readonly T[],
  text: string,
): T[] {
  const excerpt = [...gramsOfWords([{ channel: 1, text }])];
  const shares = candidates.map((candidate) => ({
    candidate,
    share: excerpt.filter((gram) => candidate.grams.has(gram)).length / excerpt.length,
  }));
  const best = Math.max(MIN_SHARE, ...shares.map(({ share }) => share));
  return shares.filter(({ share }) => share === best).map(({ candidate }) => candidate);
}
