import type { RecordingSound } from '../../../audio/ear/recording-sound.ts';
import { wordsOf } from '../../../domain/spoken-words.ts';
import type { TranscriptSegment } from '../../../domain/transcript.ts';

/** People repeat a word or a sentence a handful of times: "No, no, no, no." */
const HANDFUL = 5;

/** Nobody speaks faster; in scripts without spaces, each character counts as a word. */
const MOST_WORDS_PER_SECOND = 8;

/** People speak about so fast: where a recogniser has gone round in circles, nothing else tells how often. */
const WORDS_PER_SECOND = 3;

/** Recognisers repeat a word or a sentence, not a paragraph. */
const LONGEST_PHRASE = 20;

/** A word, and where it stands in the text of which segment. */
type Place = {
  readonly word: string;
  readonly segment: number;
  readonly start: number;
  readonly end: number;
};

/** Words from `from` to `to` (exclusive) that repeat their first `period` words. */
type Loop = { readonly from: number; readonly to: number; readonly period: number };

/**
 * Shortens what a recogniser repeats over and over, within a segment or from one to the next, where the
 * sound is too short for it, or too steady to be speech at all. What speech is long enough for stays,
 * however often it is repeated.
 */
export function cutLoops(
  segments: readonly TranscriptSegment[],
  sound: RecordingSound,
): { readonly segments: readonly TranscriptSegment[]; readonly loops: number } {
  const cut = new Map<TranscriptSegment, string>();
  let loops = 0;
  for (const channel of new Set(segments.map((segment) => segment.channel))) {
    const own = segments.filter((segment) => segment.channel === channel);
    const places = own.flatMap(({ text }, segment) =>
      wordsOf(text).map((word) => ({ ...word, segment })),
    );
    const removed = new Map<number, Stretch[]>();
    const all = loopsIn(places);
    for (const loop of all) {
      const left = allowedTimes(loop, { places, loops: all, own, channel, sound });
      if (left === null) continue;
      loops += 1;
      const gone = places.slice(loop.from + left * loop.period, loop.to);
      for (const [segment, stretch] of stretchesOf(gone)) {
        removed.set(segment, [...(removed.get(segment) ?? []), stretch]);
      }
    }
    for (const [index, stretches] of removed) {
      const segment = own[index];
      if (segment !== undefined) cut.set(segment, withoutStretches(segment.text, stretches));
    }
  }
  return {
    segments: segments.flatMap((segment) => {
      const text = cut.get(segment);
      if (text === undefined) return [segment];
      return wordsOf(text).length === 0 ? [] : [{ ...segment, text }];
    }),
    loops,
  };
}

/**
 * How often the phrase was said; `null` when the loop may stay as it is, because there is speech enough for
 * all the words of its segments.
 */
function allowedTimes(
  { from, to, period }: Loop,
  {
    places,
    loops,
    own,
    channel,
    sound,
  }: {
    readonly places: readonly Place[];
    readonly loops: readonly Loop[];
    readonly own: readonly TranscriptSegment[];
    readonly channel: number | null;
    readonly sound: RecordingSound;
  },
): number | null {
  // A loop goes through segments that follow upon each other.
  const spoken = new Set(places.slice(from, to).map(({ segment }) => segment));
  const segments = own.filter((_, index) => spoken.has(index));
  const startSeconds = Math.min(...segments.map((segment) => segment.startSeconds));
  const endSeconds = Math.max(...segments.map((segment) => segment.endSeconds));
  const speechSeconds = sound.speechSecondsIn(channel, { startSeconds, endSeconds });
  const isIn = ({ segment }: Place) => spoken.has(segment);
  const words = places.filter(isIn).length;
  if (words <= speechSeconds * MOST_WORDS_PER_SECOND) return null;
  const repeated = loops.reduce(
    (sum, loop) => sum + places.slice(loop.from + loop.period, loop.to).filter(isIn).length,
    0,
  );
  // Somebody said it, as long as there is speech at all.
  if (speechSeconds * MOST_WORDS_PER_SECOND < period) return 0;
  const others = words - repeated - period;
  const times = Math.floor((speechSeconds * WORDS_PER_SECOND - others) / period);
  return Math.min(Math.max(1, times), HANDFUL);
}

/** The phrases that follow upon themselves more than a handful of times; the shortest first. */
function loopsIn(places: readonly Place[]): Loop[] {
  const loops: Loop[] = [];
  const isTaken = new Uint8Array(places.length);
  for (let period = 1; period <= LONGEST_PHRASE; period += 1) {
    for (let from = 0; from + period < places.length;) {
      let to = from + period;
      while (to < places.length && places[to]?.word === places[to - period]?.word) to += 1;
      if (to - from > HANDFUL * period && isTaken[from] === 0) {
        loops.push({ from, to, period });
        isTaken.fill(1, from, to);
      }
      from = Math.max(from + 1, to - period + 1);
    }
  }
  return loops;
}

/** A part of a segment's text. */
type Stretch = { readonly start: number; readonly end: number };

/** Where words that follow upon each other stand in the texts of their segments. */
function stretchesOf(places: readonly Place[]): Map<number, Stretch> {
  const stretches = new Map<number, Stretch>();
  for (const { segment, start, end } of places) {
    stretches.set(segment, { start: stretches.get(segment)?.start ?? start, end });
  }
  return stretches;
}

/** A text without these parts of it, and without the marks behind each. */
function withoutStretches(text: string, stretches: readonly Stretch[]): string {
  let rest = text;
  for (const { start, end } of stretches.toSorted((one, other) => other.start - one.start)) {
    const behind = rest.slice(end).replace(/^[\p{P}\p{S}]+/u, '');
    rest = `${rest.slice(0, start).trimEnd()}${behind}`;
  }
  return rest.trim();
}
