import { wordsOf } from '../../domain/spoken-words.ts';
import type { ReplySegment } from './reply.ts';

/** What was heard in a part of a channel; times from the start of the recording. */
export type HeardPart = {
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly segments: readonly ReplySegment[];
  /** Whether the server gave times. */
  readonly isTimed: boolean;
};

/** Times of words are estimated from those of their segments. */
const TOLERANCE_SECONDS = 1.5;

/** Nobody speaks faster; without times, so many words of an overlap are looked through. */
const WORDS_PER_SECOND = 5;

/** A single word that both have says little, unless it is at the same time. */
const LEAST_WORDS = 2;

/** An estimate may be wrong by so much when a word is taken for the same. */
const SAME_TIME_SECONDS = 1;

/** A word of a part, the place in its segment where it begins, and about when it was said. */
type Word = {
  readonly word: string;
  readonly segment: number;
  readonly start: number;
  readonly at: number;
};

/**
 * The segments of a channel whose parts were heard one by one. Where a part begins before the last one
 * ends, both have the same words. The first words of the one and the last of the other may have been cut,
 * so they are joined in the middle of the longest passage that both have; where they have none, in the
 * middle of the overlap.
 */
export function joinParts(parts: readonly HeardPart[]): ReplySegment[] {
  const joined: ReplySegment[] = [];
  let before: HeardPart | null = null;
  for (const part of parts) {
    if (before === null || part.startSeconds >= before.endSeconds) joined.push(...part.segments);
    else joinOverlapping(joined, before, part);
    before = part;
  }
  return joined;
}

/** Appends a part to what was joined before, whose end it has once more. */
function joinOverlapping(joined: ReplySegment[], before: HeardPart, part: HeardPart): void {
  const { startSeconds: from } = part;
  const { endSeconds: to } = before;
  const isTimed = before.isTimed && part.isTimed;
  const count = Math.ceil((to - from) * WORDS_PER_SECOND);
  const old = tailOf(joined, isTimed ? from - TOLERANCE_SECONDS : before.startSeconds);
  const fresh = wordsIn(part.segments);
  const tail = isTimed ? old : old.slice(-count);
  const head = isTimed
    ? fresh.filter(({ at }) => at <= to + TOLERANCE_SECONDS)
    : fresh.slice(0, count);
  const seam =
    seamOf(tail, head, isTimed) ??
    (isTimed && tail.length > 0 && head.length > 0 ? seamAt((from + to) / 2, tail, fresh) : null);
  if (seam === null) {
    joined.push(...part.segments);
    return;
  }
  cutBehind(joined, seam.old);
  joined.push(...withoutStart(part.segments, seam.fresh));
}

/** The first word that is left out of the old words, and the first that is taken of the fresh ones. */
type Seam = { readonly old: Word | null; readonly fresh: Word | null };

/** The middle of the longest passage that both have, and of several, of that at the same time. */
function seamOf(tail: readonly Word[], head: readonly Word[], isTimed: boolean): Seam | null {
  let best = { length: 0, apart: Infinity, old: 0, fresh: 0 };
  for (const old of tail.keys()) {
    for (const fresh of head.keys()) {
      if (tail[old - 1]?.word === head[fresh - 1]?.word && old > 0 && fresh > 0) continue;
      let length = 0;
      while (old + length < tail.length && tail[old + length]?.word === head[fresh + length]?.word)
        length += 1;
      const apart = Math.abs((tail[old]?.at ?? 0) - (head[fresh]?.at ?? 0));
      if (length > best.length || (length === best.length && apart < best.apart))
        best = { length, apart, old, fresh };
    }
  }
  const { length, apart, old, fresh } = best;
  const isSame = length >= LEAST_WORDS || (length > 0 && isTimed && apart <= SAME_TIME_SECONDS);
  if (!isSame) return null;
  const middle = Math.floor(length / 2);
  return { old: tail[old + middle] ?? null, fresh: head[fresh + middle] ?? null };
}

function seamAt(seconds: number, old: readonly Word[], fresh: readonly Word[]): Seam {
  return {
    old: old.find(({ at }) => at >= seconds) ?? null,
    fresh: fresh.find(({ at }) => at >= seconds) ?? null,
  };
}

/** The words of the last segments, as far back as this. */
function tailOf(segments: readonly ReplySegment[], from: number): Word[] {
  let first = segments.length;
  while (first > 0 && (segments[first - 1]?.endSeconds ?? 0) >= from) first -= 1;
  return wordsIn(segments, first).filter(({ at }) => at >= from);
}

function wordsIn(segments: readonly ReplySegment[], first = 0): Word[] {
  return segments.slice(first).flatMap(({ text, startSeconds, endSeconds }, index) =>
    wordsOf(text).map(({ word, start, end }) => {
      const share = (start + end) / 2 / text.length;
      const at = startSeconds + (endSeconds - startSeconds) * share;
      return { word, segment: first + index, start, at };
    }),
  );
}

/** Removes a word and all that follows. */
function cutBehind(segments: ReplySegment[], word: Word | null): void {
  if (word === null) return;
  const segment = segments[word.segment];
  segments.length = Math.min(segments.length, word.segment);
  const text = segment?.text.slice(0, word.start) ?? '';
  if (segment !== undefined && text.trim() !== '')
    segments.push({ ...segment, text, endSeconds: Math.max(segment.startSeconds, word.at) });
}

/** What is left from this word on: nothing for `null`. */
function withoutStart(segments: readonly ReplySegment[], word: Word | null): ReplySegment[] {
  if (word === null) return [];
  const [segment, ...rest] = segments.slice(word.segment);
  if (segment === undefined) return [];
  const text = segment.text.slice(word.start);
  const startSeconds =
    word.start === 0 ? segment.startSeconds : Math.min(word.at, segment.endSeconds);
  return [{ ...segment, text, startSeconds }, ...rest];
}
