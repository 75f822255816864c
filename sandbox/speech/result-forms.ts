import type { google } from '@google-cloud/speech/build/protos/protos.js';
import type { RecognitionConfig } from './protocol.ts';
import { endOf, type Recognition, type Utterance } from './recognise.ts';

type BatchRecognizeResults = google.cloud.speech.v2.IBatchRecognizeResults;
type Duration = google.protobuf.IDuration;
type DurationForm = (seconds: number) => Duration | string | undefined;

/** A plausible score; the stand-in is never uncertain. */
const CONFIDENCE = 0.92;

/**
 * The text of the results file: proto3 JSON, which omits empty and zero values (no `results` for silence, no
 * `startOffset` for a word at the very beginning) and writes durations as "0.700s"; the language code is in lower case.
 */
export function toResultsFile(recognition: Recognition, config: RecognitionConfig): string {
  return JSON.stringify(toResults(recognition, config, toDurationText));
}

/** The same results as a message, for an inline response. */
export function toInlineResults(
  recognition: Recognition,
  config: RecognitionConfig,
): BatchRecognizeResults {
  return toResults(recognition, config, toDuration);
}

/** Seconds as a message, rounded to milliseconds. */
export function toDuration(seconds: number): Duration {
  const milliseconds = Math.round(seconds * 1000);
  return { seconds: Math.floor(milliseconds / 1000), nanos: (milliseconds % 1000) * 1_000_000 };
}

/** Seconds in proto3 JSON: with no decimals or with three. */
function toDurationText(seconds: number): string | undefined {
  const milliseconds = Math.round(seconds * 1000);
  if (milliseconds === 0) {
    return undefined;
  }
  return milliseconds % 1000 === 0
    ? `${String(milliseconds / 1000)}s`
    : `${(milliseconds / 1000).toFixed(3)}s`;
}

function toResults(
  { utterances, billedSeconds }: Recognition,
  config: RecognitionConfig,
  toForm: DurationForm,
): object {
  const [language = ''] = config.languageCodes ?? [];
  return {
    ...(utterances.length === 0
      ? {}
      : {
          results: utterances.map((utterance) => ({
            alternatives: [toAlternative(utterance, config, toForm)],
            ...(utterance.channelTag === null ? {} : { channelTag: utterance.channelTag }),
            resultEndOffset: toForm(endOf(utterance)),
            languageCode: language === 'auto' ? 'en-us' : language.toLowerCase(),
          })),
        }),
    metadata: { totalBilledDuration: toForm(billedSeconds) },
  };
}

function toAlternative(
  { words }: Utterance,
  { features }: RecognitionConfig,
  toForm: DurationForm,
): object {
  const timed = features?.enableWordTimeOffsets === true;
  const scored = features?.enableWordConfidence === true;
  const labelled = Boolean(features?.diarizationConfig);
  return {
    transcript: words.map(({ text }) => text).join(' '),
    confidence: CONFIDENCE,
    ...(timed || scored || labelled
      ? {
          words: words.map(({ start, end, text, speaker }) => ({
            ...(timed ? { startOffset: toForm(start), endOffset: toForm(end) } : {}),
            word: text,
            ...(scored ? { confidence: CONFIDENCE } : {}),
            ...(labelled ? { speakerLabel: speaker } : {}),
          })),
        }
      : {}),
  };
}
