import { z } from 'zod';

import { MAX_SECONDS, toBounded } from '../../domain/bounded-number.ts';
import { languageNamed, languageOf } from '../../domain/language.ts';
import { toStatusError, transcriptionError } from './errors.ts';

/** A negative time counts as 0. */
const seconds = z.number().transform((value) => toBounded(Math.max(0, value), MAX_SECONDS) ?? 0);

/** Numbers, which some servers write as text; `null` where they do not know. */
const looseNumber = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^-?\d+(?:\.\d+)?$/)
      .transform(Number),
  ])
  .nullish()
  .catch(null)
  .transform((value) => value ?? null);

const wordSchema = z.object({ word: z.string(), start: seconds, end: seconds });

const segmentSchema = z.object({
  start: seconds,
  end: seconds,
  text: z.string(),
  no_speech_prob: looseNumber,
  avg_logprob: looseNumber,
  // whisper.cpp and faster-whisper put the words inside their segments, OpenAI next to them.
  words: z.array(wordSchema).nullish(),
});

/** What is read of a transcription, `json` or `verbose_json`. Everything else is ignored. */
const replySchema = z.object({
  text: z.string(),
  language: z.string().max(100).nullish(),
  duration: looseNumber,
  segments: z.array(segmentSchema).nullish(),
  words: z.array(wordSchema).nullish(),
});

/** Texts, which are left alone, and what servers in Python write where a number is missing. */
const NO_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/g;
/** Some servers answer 200 and put the refusal into the body, as an object or a sentence. */
const errorSchema = z.object({
  error: z.union([
    z.string(),
    z.object({
      code: z.union([z.string(), z.number()]).nullish(),
      message: z.string().nullish(),
    }),
  ]),
});

export type Word = z.infer<typeof wordSchema>;

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
  /** In the order of the text; empty where the server gives none. */
  readonly words: readonly Word[];
};

/**
 * Reads the reply of a transcription. Throws SPEECH_RESULT_INVALID when it is not one, without
 * quoting it, and what an error inside it means.
 */
export function parseReply(json: string): Reply {
  const content = parseJson(json);
  const parsed = replySchema.safeParse(content);
  if (!parsed.success) throw refusalIn(content) ?? notATranscription(parsed.error);

  const { text, language, duration, segments, words } = parsed.data;
  return {
    text,
    language: language ? (languageOf(language) ?? languageNamed(language)) : null,
    durationSeconds: toBounded(duration, MAX_SECONDS),
    // A server that was asked for times and gives only text does not know them.
    segments:
      segments == null || (segments.length === 0 && text.trim() !== '')
        ? null
        : segments.map(({ start, end, ...segment }) => ({
            startSeconds: start,
            endSeconds: Math.max(start, end),
            text: segment.text,
            noSpeech: segment.no_speech_prob,
            confidence: segment.avg_logprob,
          })),
    words: words?.length ? words : (segments ?? []).flatMap((segment) => segment.words ?? []),
  };
}

function parseJson(json: string): unknown {
  const content =
    tryParse(json) ??
    tryParse(json.replace(NO_NUMBER, (found) => (found.startsWith('"') ? found : 'null')));
  if (content === undefined)
    throw transcriptionError('SPEECH_RESULT_INVALID', 'its answer is not JSON');
  return content;
}

function tryParse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function refusalIn(content: unknown): Error | null {
  const parsed = errorSchema.safeParse(content);
  if (!parsed.success) return null;
  const { error } = parsed.data;
  const words = typeof error === 'string' ? error : (error.message ?? '');
  const status = typeof error === 'string' ? NaN : Number(error.code);
  if (Number.isInteger(status) && status >= 400 && status < 600) {
    return toStatusError(status, words);
  }
  // This is how older whisper.cpp servers say that they cannot read the audio; a 400 would mean the same.
  const asRefusal = toStatusError(400, words);
  return asRefusal.code === 'SPEECH_FILE_REFUSED'
    ? asRefusal
    : transcriptionError('SPEECH_UNAVAILABLE', 'it answered with an error of its own');
}

function notATranscription(error: z.ZodError): Error {
  const place = error.issues[0]?.path.join('.') ?? '';
  const why = `its answer has an unknown form at "${place}"`;
  return transcriptionError('SPEECH_RESULT_INVALID', why);
}
