/** A word as a server gives it; `null` for a time that it does not know. */
export type RawWord = {
  readonly word: string;
  readonly start: number | null;
  readonly end: number | null;
};

export type Word = { readonly word: string; readonly start: number; readonly end: number };

/** A day. No telephone call is longer, so a greater number does not count seconds. */
const LONGEST_SECONDS = 24 * 60 * 60;

/** How many of a unit a second has: seconds, milliseconds, nanoseconds (servers in Go). */
const UNITS_PER_SECOND = [1, 1e3, 1e9];

/** Whisper hears in windows of thirty seconds, and may place an end in the silence after the sound. */
const SLACK_SECONDS = 60;

/** A time as a number, also a negative one; `null` for anything that is not a number, NaN included. */
export function toTime(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/**
 * How many of its unit a server counts in a second, told by its greatest time: the first unit in
 * which that is inside the sound, whose length may be unknown. 1 where none fits, and for times with
 * fractions: who counts smaller units counts whole ones.
 */
export function unitsPerSecond(times: Iterable<number>, lengthSeconds: number | null): number {
  let greatest = 0;
  for (const time of times) {
    if (!Number.isInteger(time)) return 1;
    greatest = Math.max(greatest, time);
  }
  const limit =
    lengthSeconds === null ? LONGEST_SECONDS : lengthSeconds + lengthSeconds / 2 + SLACK_SECONDS;
  return UNITS_PER_SECOND.find((units) => greatest / units <= limit) ?? 1;
}

/**
 * The same words, each with a time. Servers that align words cannot place numbers, for example: such
 * a word fills the gap between the words around it, within `from` and `to`.
 */
export function placeWords(words: readonly RawWord[], from: number, to: number | null): Word[] {
  const nextStarts: (number | null)[] = [];
  for (let at = words.length - 1, next = to; at >= 0; at -= 1) {
    nextStarts[at] = next;
    next = words[at]?.start ?? next;
  }
  let before = from;
  return words.map(({ word, start, end }, at) => {
    const begins = start ?? before;
    const ends = Math.max(begins, end ?? nextStarts[at] ?? begins);
    before = ends;
    return { word, start: begins, end: ends };
  });
}
