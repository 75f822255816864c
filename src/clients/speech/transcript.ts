import { z } from 'zod';

import { MAX_SECONDS, toBounded } from '../../domain/bounded-number.ts';
import type { ParsedTranscript } from '../../domain/transcript.ts';
import type { ServiceError } from '../../domain/service-error.ts';
import { toStorable } from '../../domain/storable-text.ts';
import { MAX_DEPTH, parseBounded } from '../shared/json-bounds.ts';
import { listOf } from '../shared/list-of.ts';
import { speechError } from './errors.ts';
import { toSegments } from './segments.ts';

/** A protobuf Duration in JSON: "0.700s", in seconds. A negative time counts as 0. */
const duration = z
  .string()
  .regex(/^-?\d{1,12}(?:\.\d{1,9})?s$/)
  .transform((text) => toBounded(Math.max(0, Number(text.slice(0, -1))), MAX_SECONDS) ?? 0);

/**
 * Eight hours of two people talking without a pause are 120,000 words with six fields each; the
 * utterances of both may be 30,000.
 */
const BOUNDS = { maxDepth: MAX_DEPTH, maxValues: 1_500_000 };
const MAX_UTTERANCES = 50_000;
const MAX_WORDS = 200_000;

/** More are never requested; only the first is read. */
const MAX_ALTERNATIVES = 30;

/** BatchRecognizeResults as proto3 JSON, which leaves out what is zero or empty. */
const wordSchema = z.object({
  startOffset: duration.default(0),
  endOffset: duration.optional(),
  word: z.string().default(''),
  // A name that the service chooses, such as "1".
  speakerLabel: z.string().max(100).overwrite(toStorable).default(''),
});

const alternativeSchema = z.object({
  transcript: z.string().default(''),
  words: listOf(wordSchema, MAX_WORDS).default([]),
});

const utteranceSchema = z.object({
  alternatives: listOf(alternativeSchema, MAX_ALTERNATIVES).default([]),
  // The service accepts up to eight channels and numbers them from one.
  channelTag: z.int().min(0).max(8).default(0),
  resultEndOffset: duration.optional(),
  languageCode: z.string().max(35).overwrite(toStorable).default(''),
});

const resultsSchema = z.object({
  results: listOf(utteranceSchema, MAX_UTTERANCES).default([]),
  metadata: z
    .object({ totalBilledDuration: duration.nullish().catch(null) })
    .nullish()
    .catch(null),
});

/**
 * Reads the result file of Speech-to-Text: one segment per utterance and channel, or per stretch of
 * one voice in it where voices were told apart; in time order. Throws SPEECH_RESULT_INVALID when it
 * is not such a file, without quoting it.
 */
export function parseTranscript(json: string): ParsedTranscript {
  const file = resultsSchema.safeParse(parseJson(json));
  if (!file.success) {
    const place = file.error.issues[0]?.path.join('.') ?? '';
    throw invalidResult(`its form is unknown at "${place}"`);
  }
  const { results, metadata } = file.data;
  const segments = toSegments(results);
  const spoken = results.find(({ languageCode }) => languageCode !== '');
  return {
    text: segments.map(({ text }) => text).join('\n'),
    segments,
    languageCode: spoken === undefined ? null : canonicalLanguage(spoken.languageCode),
    // Zero is never billed; proto3 leaves out what is not set.
    billedSeconds: metadata?.totalBilledDuration || null,
  };
}

function parseJson(json: string): unknown {
  const content = parseBounded(json, BOUNDS);
  if (content === undefined) throw invalidResult('it is not JSON, or exceeds any transcript');
  return content;
}

/** The service writes "en-gb"; a name that is not a language tag at all is kept as it is. */
function canonicalLanguage(code: string): string {
  try {
    return Intl.getCanonicalLocales(code)[0] ?? code;
  } catch {
    return code;
  }
}

function invalidResult(why: string): ServiceError {
  return speechError('SPEECH_RESULT_INVALID', 'Reading the transcript', { why });
}
