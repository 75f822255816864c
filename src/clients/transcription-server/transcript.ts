import { MAX_SECONDS } from '../../domain/bounded-number.ts';
import type { TranscriptSegment } from '../../domain/transcript.ts';
import { toStorable } from '../../domain/storable-text.ts';
import { type HeardPart, joinParts } from './join-parts.ts';
import type { Reply, ReplySegment } from './reply.ts';
import { unitsPerSecond, type Word } from './times.ts';

/** The reply to one file: the whole recording, one of its channels, or a part of either. */
export type PartReply = {
  /** 1-based; `null` when the channels were transcribed together. */
  readonly channel: number | null;
  readonly reply: Reply;
  /** From where to where the part lasts, in seconds from the start of the recording; absent for all of it. */
  readonly span?: { readonly startSeconds: number; readonly endSeconds: number };
};

/**
 * Whisper invents words where nobody speaks. Its own rule for such a segment: the probability of no
 * speech above 0.6 while the mean log probability of the words is below -1 (openai/whisper,
 * `transcribe`: no_speech_threshold and logprob_threshold).
 */
const NO_SPEECH_ABOVE = 0.6;
const CONFIDENCE_BELOW = -1;

/** A sound put into words: "[BLANK_AUDIO]", "(music)", "*beep*". whisper.cpp writes silence like this. */
const SOUND = /\[[^[\]]*\]|\([^()]*\)|\*[^*]*\*/gu;

/**
 * Whisper's segments continue across a pause, and across what the other side says in it. People pause
 * for less than a second within a sentence, and word times are right to a few tenths.
 */
const PAUSE_SECONDS = 1;

/** Words between which there is as much may be of different origin: one said, the other made up. */
const GAP_SECONDS = 0.15;
const SENTENCE_END = /[.?!…。！？]["'”’)]*$/u;

type Times = { readonly startSeconds: number; readonly endSeconds: number };

/** Tells sounds of different origin apart, by names: what a channel has at a time, from the start of the recording. */
export type KindOfSound = (channel: number | null, times: Times) => string;

/**
 * The segments of all parts in time order; the parts of a channel have to be in theirs. A part without
 * times gets its own length. Segments end where the kind of sound changes.
 */
export function toSegments(
  parts: readonly PartReply[],
  recordingSeconds: number | null,
  kindOf: KindOfSound = () => '',
): TranscriptSegment[] {
  return [...Map.groupBy(parts, ({ channel }) => channel)]
    .flatMap(([channel, own]) => {
      const speaker = channel === null ? null : String(channel);
      const heard = own.map((part) => toHeardPart(part, recordingSeconds, kindOf));
      return joinParts(heard).map((segment) => ({
        speaker,
        channel,
        startSeconds: toMilliseconds(segment.startSeconds),
        endSeconds: toMilliseconds(segment.endSeconds),
        text: toStorable(segment.text).replace(/\s+/g, ' ').trim(),
      }));
    })
    .filter(({ text }) => hasWords(text))
    .toSorted((a, b) => a.startSeconds - b.startSeconds || a.endSeconds - b.endSeconds);
}

/** What was heard in a part, with times from the start of the recording. */
function toHeardPart(
  { channel, reply, span }: PartReply,
  recordingSeconds: number | null,
  kindOf: KindOfSound,
): HeardPart {
  const isTimed = reply.segments !== null;
  const from = span?.startSeconds ?? 0;
  const kindIn = (times: Times) =>
    kindOf(channel, {
      startSeconds: from + times.startSeconds,
      endSeconds: from + times.endSeconds,
    });
  if (span === undefined) {
    const segments = segmentsOf(reply, recordingSeconds, kindIn);
    return { startSeconds: 0, endSeconds: Infinity, segments, isTimed };
  }
  const { startSeconds, endSeconds } = span;
  // Whisper hears windows of thirty seconds, and may place an end behind that of a shorter part.
  const shifted = (time: number) => Math.min(startSeconds + time, endSeconds);
  const segments = segmentsOf(reply, endSeconds - startSeconds, kindIn).map((segment) => ({
    ...segment,
    startSeconds: shifted(segment.startSeconds),
    endSeconds: shifted(segment.endSeconds),
  }));
  return { ...span, segments, isTimed };
}

/**
 * Whether anything was spoken. Sounds are removed first: a single pattern for a whole text of sounds
 * would try every way to divide it, and a server may send hundreds in a row.
 */
function hasWords(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text.replace(SOUND, ''));
}

function segmentsOf(
  reply: Reply,
  recordingSeconds: number | null,
  kindIn: (times: Times) => string,
): readonly ReplySegment[] {
  if (reply.segments === null) {
    // A server without times only lets us know that it was somewhere in the recording.
    const endSeconds = recordingSeconds ?? reply.durationSeconds ?? 0;
    return [{ startSeconds: 0, endSeconds, text: reply.text, noSpeech: null, confidence: null }];
  }
  const { segments, words } = inSeconds(reply.segments, reply.words, recordingSeconds);
  return splitByWords(segments, words, kindIn).filter(
    ({ noSpeech, confidence }) =>
      (noSpeech ?? 0) <= NO_SPEECH_ABOVE || (confidence ?? 0) >= CONFIDENCE_BELOW,
  );
}

/**
 * The same times in seconds. A server that counts smaller units gives whole numbers, and in a short
 * recording only its length tells them from seconds.
 */
function inSeconds(
  segments: readonly ReplySegment[],
  words: readonly Word[],
  recordingSeconds: number | null,
): { readonly segments: readonly ReplySegment[]; readonly words: readonly Word[] } {
  const times = segments.flatMap(({ startSeconds, endSeconds }) => [startSeconds, endSeconds]);
  // A time that was cut to the longest that is stored says nothing.
  const units = times.includes(MAX_SECONDS) ? 1 : unitsPerSecond(times, recordingSeconds);
  if (units === 1) return { segments, words };
  return {
    segments: segments.map((segment) => ({
      ...segment,
      startSeconds: segment.startSeconds / units,
      endSeconds: segment.endSeconds / units,
    })),
    words: words.map(({ word, start, end }) => ({ word, start: start / units, end: end / units })),
  };
}

/**
 * Cuts segments where their words leave a pause, and where the kind of sound changes. The words
 * carry the times and the segments the punctuation, so the two are combined only where both have the same
 * number of words; otherwise (a server that counts pieces of words) the segments stay whole.
 */
function splitByWords(
  segments: readonly ReplySegment[],
  words: readonly Word[],
  kindIn: (times: Times) => string,
): readonly ReplySegment[] {
  const spoken = segments.map(({ text }) => text.split(/\s+/).filter((word) => word !== ''));
  const count = spoken.reduce((sum, { length }) => sum + length, 0);
  if (count !== words.length) return segments;

  let next = 0;
  return segments.flatMap((segment, index) => {
    const pieces = (spoken[index] ?? []).map((text): Piece => {
      const { start = 0, end = 0 } = words[next] ?? {};
      next += 1;
      return { startSeconds: start, endSeconds: Math.max(start, end), text };
    });
    const clauses = joinedUnless(
      pieces,
      (last, piece) => gapBetween(last, piece) >= GAP_SECONDS || SENTENCE_END.test(last.text),
    ).map(spanOf);
    const judged = clauses.map((clause) => ({ ...clause, kind: kindIn(clause) }));
    return joinedUnless(
      judged,
      (last, piece) => last.kind !== piece.kind || gapBetween(last, piece) >= PAUSE_SECONDS,
    ).map((run) => ({ ...segment, ...spanOf(run) }));
  });
}

/** A part of a segment. */
type Piece = Times & { readonly text: string };

const gapBetween = (one: Times, next: Times): number => next.startSeconds - one.endSeconds;

/** Joins what follows upon each other, unless there is a reason to part the two. */
function joinedUnless<T>(pieces: readonly T[], isParted: (last: T, piece: T) => boolean): T[][] {
  const runs: T[][] = [];
  for (const piece of pieces) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run === undefined || last === undefined || isParted(last, piece)) runs.push([piece]);
    else run.push(piece);
  }
  return runs;
}

function spanOf(run: readonly Piece[]): Piece {
  return {
    startSeconds: run[0]?.startSeconds ?? 0,
    endSeconds: run.reduce((latest, { endSeconds }) => Math.max(latest, endSeconds), 0),
    text: run.map(({ text }) => text).join(' '),
  };
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
