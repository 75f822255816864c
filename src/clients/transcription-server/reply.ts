import { z } from 'zod';

import { MOST_SECONDS, toBounded } from '../../domain/bounded-number.ts';
import { languageNamed, languageOf } from '../../domain/language.ts';
import { serverError, toStatusError } from './errors.ts';

/** A time before the beginning is the beginning's. */
const seconds = z.number().transform((value) => toBounded(Math.max(0, value), MOST_SECONDS) ?? 0);

/** Numbers that some servers write as text, and `null` where they cannot tell. */
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
  // whisper.cpp and faster-whisper put the words into their segments, OpenAI beside them.
  words: z.array(wordSchema).nullish(),
});

/** What is read of a transcription, `json` or `verbose_json`. Everything else is left aside. */
const replySchema = z.object({
  text: z.string(),
  language: z.string().max(100).nullish(),
  duration: looseNumber,
  segments: z.array(segmentSchema).nullish(),
  words: z.array(wordSchema).nullish(),
});

/** Texts, so that they are left alone, and what servers in Python write where a number cannot be told. */
const NO_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/g;

/** Some servers answer 200 and put the refusal into the body, as an object or as a sentence. */
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
  /** Whisper's probability that nobody speaks; `null` where the server does not tell. */
  readonly noSpeech: number | null;
  /** Whisper's mean log probability of the words; `null` where the server does not tell. */
  readonly confidence: number | null;
};

export type Reply = {
  readonly text: string;
  /** ISO 639; `null` when the server does not tell, or not in a form that is known. */
  readonly language: string | null;
  /** Of the audio as the server read it, in seconds. */
  readonly durationSeconds: number | null;
  /** `null`: the server knows no times, only the text. */
  readonly segments: readonly ReplySegment[] | null;
  /** In the order of the text; empty where the server gives none. */
  readonly words: readonly Word[];
};

/**
 * Reads the reply of a transcription. Throws SPEECH_RESULT_INVALID, without a word of it, when it is
 * none, and what an error inside it means.
 */
export function parseReply(json: string): Reply {
  const content = parseJson(json);
  const parsed = replySchema.safeParse(content);
  if (!parsed.success) throw refusalIn(content) ?? notATranscription(parsed.error);

  const { text, language, duration, segments, words } = parsed.data;
  return {
    text,
    language: language ? (languageOf(language) ?? languageNamed(language)) : null,
    durationSeconds: toBounded(duration, MOST_SECONDS),
    // A server that was asked for times and gives text alone does not know them.
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
  if (content === undefined) throw serverError('SPEECH_RESULT_INVALID', 'its answer is not JSON');
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
  // Older whisper.cpp servers say so that they cannot read the audio; as a 400 it would mean the same.
  const asRefusal = toStatusError(400, words);
  return asRefusal.code === 'SPEECH_FILE_REFUSED'
    ? asRefusal
    : serverError('SPEECH_UNAVAILABLE', 'it answered with an error of its own');
}

function notATranscription(error: z.ZodError): Error {
  const place = error.issues[0]?.path.join('.') ?? '';
  return serverError('SPEECH_RESULT_INVALID', `its answer has an unknown form at "${place}"`);
}
