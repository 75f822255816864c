import { gramsOfWords, type Grams } from './transcript-match.ts';

/**
 * The share of an excerpt's word sequences that must occur in the call. The others span turns and
 * sentences that are adjacent in the excerpt but not in the call.
 */
const MIN_SHARE = 0.5;

/**
 * Returns the candidates that a text is taken from: a part of a long call, or sentences of it. They
 * have the greatest share of the text's word sequences; several only if they say the same.
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
