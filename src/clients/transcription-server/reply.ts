import { z } from 'zod';

import { MAX_SECONDS, toBounded } from '../../domain/bounded-number.ts';
import { languageNamed, languageOf } from '../../domain/language.ts';
import { exceedsBounds, MAX_DEPTH } from '../shared/json-bounds.ts';
import { toStatusError, transcriptionError } from './errors.ts';
import { parseLeniently } from './lenient-json.ts';
import { hasThoughts, toSpokenText } from './model-marks.ts';
import { refusalIn, type Refusal } from './refusal.ts';
import { placeWords, toTime, unitsPerSecond, type RawWord, type Word } from './times.ts';

/**
 * What is read of a transcription, `json` or `verbose_json`. Everything else is ignored, and so is
 * whatever beside the words has an unexpected form: they are paid for.
 */
const replySchema = z.object({
  text: z.string().nullish(),
  language: z.string().max(100).nullish().catch(null),
  duration: z.unknown().optional(),
  // Read one by one: a schema would collect a fault for each of millions.
  segments: z.array(z.unknown()).nullish(),
  words: z.array(z.unknown()).nullish().catch(null),
});

const segmentSchema = z.object({
  start: z.unknown().optional().transform(toTime),
  end: z.unknown().optional().transform(toTime),
  text: z.string(),
  no_speech_prob: z.unknown().optional().transform(toNumber),
  avg_logprob: z.unknown().optional().transform(toNumber),
  // whisper.cpp and faster-whisper put the words inside their segments, OpenAI next to them.
  words: z.array(z.unknown()).nullish().catch(null),
});

const wordSchema = z.object({
  word: z.string().optional().catch(undefined),
  text: z.string().optional().catch(undefined),
  start: z.unknown().optional().transform(toTime),
  end: z.unknown().optional().transform(toTime),
});

/**
 * Eight hours of two people talking without a pause are 120,000 words with at most ten fields each,
 * and 30,000 segments; three million characters take three days to read aloud.
 */
const BOUNDS = { maxDepth: MAX_DEPTH, maxValues: 1_500_000 };
const MAX_SEGMENTS = 40_000;
const MAX_WORDS = 200_000;
const MAX_CHARACTERS = 3_000_000;

export type ReplySegment = {
  readonly startSeconds: number;
  readonly endSeconds: number;
  readonly text: string;
  /** Whisper's probability that nobody speaks; `null` where the server does not say. */
  readonly noSpeech: number | null;
  /** Whisper's mean log probability of the words; `null` where the server does not say. */
  readonly confidence: number | null;
};

export type Reply = {
  readonly text: string;
  /** ISO 639; `null` when the server does not say, or not in a known form. */
  readonly language: string | null;
  /** Length of the audio as the server read it, in seconds. */
  readonly durationSeconds: number | null;
  /** `null`: the server gives no times, only the text. */
  readonly segments: readonly ReplySegment[] | null;
  /**
   * In the order of the text, one for each word of the segments; empty where the server gives none, or
   * pieces of words, which tell nothing about the segments and may be very many.
   */
  readonly words: readonly Word[];
};

type RawSegment = Omit<z.infer<typeof segmentSchema>, 'words'> & {
  readonly words: readonly RawWord[];
};

/**
 * Reads the reply of a transcription. Throws SPEECH_RESULT_INVALID when it is not one, or when it has
 * a model's thoughts and no words of the call, without quoting it; and what an error inside it means.
 */
export function parseReply(json: string): Reply {
  if (exceedsBounds(json, BOUNDS)) throw tooMuch();
  const content = parseLeniently(json);
  if (content === undefined) {
    throw transcriptionError('SPEECH_RESULT_INVALID', 'its answer is not JSON');
  }
  const refusal = refusalIn(content);
  if (refusal !== null) throw toRefusalError(refusal);
  const parsed = replySchema.safeParse(content);
  if (!parsed.success) throw notATranscription(parsed.error.issues[0]?.path.join('.') ?? '');

  const listed = parsed.data.segments ?? [];
  if (listed.length > MAX_SEGMENTS || (parsed.data.words?.length ?? 0) > MAX_WORDS) throw tooMuch();
  const segments = listed.flatMap(readSegment);
  const apart = (parsed.data.words ?? []).flatMap(readWord);
  const text = parsed.data.text ?? segments.map((segment) => segment.text).join('');
  if (parsed.data.text == null && segments.length + apart.length === 0) {
    throw notATranscription('text');
  }
  const said = [text, ...segments.map((segment) => segment.text)];
  const characters = said.reduce((sum, { length }) => sum + length, 0);
  // Twice, as a text and in segments.
  if (characters > 2 * MAX_CHARACTERS) throw tooMuch();
  const isMixed = said.some(hasThoughts);
  const { language, duration } = parsed.data;
  return {
    ...(isMixed ? withoutTimes(text, said) : toTimed(text, segments, apart)),
    language: language ? (languageOf(language) ?? languageNamed(language)) : null,
    durationSeconds: toBounded(duration, MAX_SECONDS),
  };
}

/** The refusal inside an answer that came with 200; `null` when it is not one, or not JSON. */
export function findRefusal(json: string): Refusal | null {
  return refusalIn(parseLeniently(json));
}

/** A server that thinks aloud times its thoughts too, so that only the text of the answer is left. */
function withoutTimes(text: string, said: readonly string[]) {
  const [whole = ''] = [text, said.slice(1).join(' ')].filter((each) => each.trim() !== '');
  const spoken = toSpokenText(whole);
  if (spoken.trim() === '') {
    const why = 'its answer has the thoughts of a model and no words of the call';
    throw transcriptionError('SPEECH_RESULT_INVALID', why);
  }
  return { text: spoken, segments: null, words: [] };
}

/** The words with their times, as far as the server gives any. */
function toTimed(whole: string, segments: readonly RawSegment[], apart: readonly RawWord[]) {
  const text = toSpokenText(whole);
  const inside = segments.flatMap(({ words }) => words);
  const words = apart.length > 0 ? apart : inside;
  const spoken = segments.filter((segment) => segment.text.trim() !== '');
  // Pieces of words bring their own spaces.
  const joined = words
    .map(({ word }) => word)
    .join(words.some(({ word }) => /^\s/.test(word)) ? '' : ' ');
  // Some servers leave the segments out, or empty, beside the words.
  const sources: readonly RawSegment[] =
    spoken.length > 0 || words.length === 0
      ? segments
      : [{ ...UNTIMED, text: text.trim() === '' ? joined : text, words: [...words] }];
  const isTimed = sources.some(({ start, end }) => start !== null || end !== null);
  const hasTimedWords = words.some(({ start }) => start !== null);
  if (sources.length === 0 && text.trim() === '') return { text, segments: [], words: [] };
  if (sources.length === 0 || (spoken.length === 0 && words.length === 0 && text.trim() !== '')) {
    return { text, segments: null, words: [] };
  }
  if (!isTimed && !hasTimedWords) {
    const all = text.trim() === '' ? sources.map((source) => source.text).join(' ') : text;
    return { text: all, segments: null, words: [] };
  }
  return { text, ...inSeconds(sources, apart) };
}

const UNTIMED = { start: null, end: null, no_speech_prob: null, avg_logprob: null } as const;

function inSeconds(sources: readonly RawSegment[], apart: readonly RawWord[]) {
  const units = unitsPerSecond(timesOf([...sources, { ...UNTIMED, words: apart }]), null);
  // A start a few hundredths below zero is one at zero.
  const scaled = (time: number | null) =>
    time === null ? null : Math.min(Math.max(0, time) / units, MAX_SECONDS);
  const toScaled = ({ word, start, end }: RawWord) => ({
    word,
    start: scaled(start),
    end: scaled(end),
  });

  const words: Word[] = [];
  let before = 0;
  const segments = sources.map((source, index): ReplySegment => {
    const own = source.words.map(toScaled);
    const start = scaled(source.start) ?? own.find((word) => word.start !== null)?.start ?? before;
    const next = scaled(sources[index + 1]?.start ?? null);
    const last = own.findLast((word) => word.end !== null)?.end ?? null;
    const end = Math.max(start, scaled(source.end) ?? last ?? next ?? start);
    words.push(...placeWords(own, start, end));
    before = end;
    return {
      startSeconds: start,
      endSeconds: end,
      text: toSpokenText(source.text),
      noSpeech: source.no_speech_prob,
      confidence: source.avg_logprob,
    };
  });
  const from = segments[0]?.startSeconds ?? 0;
  const placed = apart.length > 0 ? placeWords(apart.map(toScaled), from, before) : words;
  const spoken = segments.reduce((sum, { text }) => sum + countWords(text), 0);
  return { segments, words: placed.length === spoken ? placed : [] };
}

function countWords(text: string): number {
  return text.match(/\S+/g)?.length ?? 0;
}

function* timesOf(sources: readonly Pick<RawSegment, 'start' | 'end' | 'words'>[]) {
  for (const { start, end, words } of sources) {
    for (const time of [start, end]) if (time !== null) yield time;
    for (const word of words) {
      for (const time of [word.start, word.end]) if (time !== null) yield time;
    }
  }
}

function readSegment(value: unknown): RawSegment[] {
  const parsed = segmentSchema.safeParse(value);
  if (!parsed.success) return [];
  const { words, ...segment } = parsed.data;
  return [{ ...segment, words: (words ?? []).flatMap(readWord) }];
}

function readWord(value: unknown): RawWord[] {
  const parsed = wordSchema.safeParse(value);
  if (!parsed.success) return [];
  const { word, text, start, end } = parsed.data;
  const said = word ?? text ?? '';
  return said.trim() === '' ? [] : [{ word: said, start, end }];
}

/** A number, which some servers write as text; `null` for anything else. */
function toNumber(value: unknown): number | null {
  if (typeof value === 'number') return Number.isNaN(value) ? null : value;
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value) ? Number(value) : null;
}

function toRefusalError({ status, words }: Refusal): Error {
  if (status !== null) return toStatusError(status, words);
  // This is how older whisper.cpp servers say that they cannot read the audio; a 400 would mean the same.
  const asRefusal = toStatusError(400, words);
  return asRefusal.code === 'SPEECH_INVALID_ARGUMENT'
    ? transcriptionError('SPEECH_UNAVAILABLE', 'it answered with an error of its own')
    : asRefusal;
}

function tooMuch(): Error {
  const why = 'its answer holds more than was said in any call';
  return transcriptionError('SPEECH_RESULT_INVALID', why);
}

function notATranscription(place: string): Error {
  const why = `its answer has an unknown form at "${place}"`;
  return transcriptionError('SPEECH_RESULT_INVALID', why);
}
