import { wordsOf } from '../../src/domain/spoken-words.ts';
import type { Said } from './studio.ts';

type Segment = { readonly channel: number | null; readonly text: string };

export type Measured = {
  /** Words that nobody said. */
  readonly invented: number;
  /** Sentences that somebody said and that are not there in full. */
  readonly lost: readonly string[];
};

const plain = (text: string): string[] => wordsOf(text).map(({ word }) => word);

/** Compares a transcript with what was said; `isSplit`: channel by channel. */
export function measure(
  segments: readonly Segment[],
  said: readonly Said[],
  isSplit: boolean,
): Measured {
  let invented = 0;
  const lost: string[] = [];
  for (const channel of isSplit ? [1, 2] : [null]) {
    const own = said
      .filter((each) => channel === null || each.channel === channel)
      .toSorted((one, other) => one.start - other.start);
    const transcript = segments
      .filter((each) => channel === null || each.channel === channel)
      .flatMap(({ text }) => plain(text));
    invented += transcript.length;
    // Those that are said at once may stand in either order, so each is looked for by itself.
    const line = [...transcript];
    for (const { text } of own) {
      const words = plain(text);
      const at = placeIn(line, words);
      if (at < 0) lost.push(text);
      else {
        line.fill('', at, at + words.length);
        invented -= words.length;
      }
    }
  }
  return { invented, lost };
}

function placeIn(line: readonly string[], words: readonly string[]): number {
  for (let at = 0; at + words.length <= line.length; at += 1)
    if (words.every((word, index) => line[at + index] === word)) return at;
  return -1;
}
