/** Three words in a row rarely coincide by chance, and even short calls have some. */
const GRAM_WORDS = 3;
/**
 * A change of speaker interrupts the sequences of a channel in the transcript. A dialogue of short
 * turns loses about a third of its sequences that way; requiring half leaves room for that.
 */
const MIN_SHARE = 0.5;

/** The word sequences by which a call is recognised in a text. */
export type Grams = ReadonlySet<string>;

/** Returns the word sequences of each channel, in the order given. */
export function gramsOfWords(words: readonly { channel: number; text: string }[]): Grams {
  const byChannel = new Map<number, string[]>();
  for (const { channel, text } of words) {
    const spoken = byChannel.get(channel) ?? [];
    byChannel.set(channel, spoken);
    spoken.push(...normalize(text));
  }
  return new Set([...byChannel.values()].flatMap((spoken) => sequences(spoken, GRAM_WORDS)));
}

/**
 * Returns the candidates whose words occur in the text: those with the greatest share of their
 * sequences, at least half, and of equal shares those with the most sequences. Several only if they
 * say the same.
 */
export function findBestMatches<T extends { grams: Grams }>(
  candidates: readonly T[],
  text: string,
): T[] {
  const words = normalize(text);
  const known = new Set<string>();
  // A call of one or two words has one sequence of that length.
  for (let length = 1; length <= GRAM_WORDS; length += 1) {
    sequences(words, length).forEach((gram) => known.add(gram));
  }
  let best: T[] = [];
  let bestShare = MIN_SHARE;
  let bestCount = 1;
  for (const candidate of candidates) {
    const count = [...candidate.grams].filter((gram) => known.has(gram)).length;
    const share = count / candidate.grams.size;
    if (share > bestShare || (share === bestShare && count > bestCount)) {
      best = [candidate];
      bestShare = share;
      bestCount = count;
    } else if (share === bestShare && count === bestCount) {
      best.push(candidate);
    }
  }
  return best;
}

function normalize(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}']+/gu) ?? [];
}

function sequences(words: readonly string[], length: number): string[] {
  if (words.length <= length) {
    return words.length === 0 ? [] : [words.join(' ')];
  }
  return words.slice(length - 1).map((_, index) => words.slice(index, index + length).join(' '));
}
