import { existsSync } from 'node:fs';

import { isSupportedCountry, type CountryCode } from 'libphonenumber-js/max';
import { z } from 'zod';

import { AUTOMATIC_MODEL } from '../domain/speech-models.ts';
import { concurrency, duration, key, line, list, text, webAddress, wholeNumber } from './fields.ts';
import { listeningFields, openToThisMachineOnly } from './listening-schema.ts';
import { processFields } from './process-schema.ts';

const workerFields = z.object({
  ...processFields,
  ...listeningFields,
  // The port that the SDKs of Temporal have in their examples.
  METRICS_PORT: wholeNumber(0, 65_535).default(9464),
  PHONE_SYSTEM_URL: webAddress,
  PHONE_SYSTEM_USERNAME: line,
  PHONE_SYSTEM_PASSWORD: line,
  // 2 GiB: about 37 hours of 8 kHz, 16-bit mono, which is longer than any telephone call.
  RECORDING_MAX_BYTES: wholeNumber(1, Number.MAX_SAFE_INTEGER).default(2 * 1024 ** 3),
  RECORDING_INTEGRITY: z.enum(['strict', 'warn'], 'must be strict or warn').default('strict'),
  RECORDINGS_BUCKET: text,
  STORAGE_API_ENDPOINT: webAddress.nullable().default(null),
  SPEECH_LANGUAGE_CODES: list
    .refine((codes) => codes.length > 0, 'must name at least one language')
    .default(['en-GB']),
  SPEECH_PHRASES: list.default([]),
  CONNECTWISE_URL: webAddress,
  CONNECTWISE_COMPANY_ID: line,
  CONNECTWISE_PUBLIC_KEY: key,
  CONNECTWISE_PRIVATE_KEY: key,
  CONNECTWISE_CLIENT_ID: key,
  CONNECTWISE_REQUESTS_PER_MINUTE: wholeNumber(1, 100_000).default(60),
  CONNECTWISE_EXCLUDED_COMPANY_IDS: list.default([]),
  LLM_BASE_URL: webAddress,
  LLM_API_KEY: key,
  LLM_MODEL: text,
  // Leaves three quarters of the 128,000 that most models read; in most languages it also fits those
  // that read 32,768, because tokens are estimated high. Below 10,000, the instructions and a repair
  // leave no room for the notes of two parts.
  LLM_MAX_INPUT_TOKENS: wholeNumber(10_000, 10_000_000).default(32_000),
  // An analysis needs less than a thousand; the rest is for models that think before they answer.
  LLM_MAX_OUTPUT_TOKENS: wholeNumber(1_000, 1_000_000).default(8_000),
  // Below 1 MiB, above which nginx, in front of many servers, refuses a body by default.
  LLM_MAX_REQUEST_BYTES: wholeNumber(150_000, 100_000_000).default(1_000_000),
  LLM_CONCURRENCY: concurrency,
  PHONE_REGION: z
    .custom<CountryCode>(
      (value) => typeof value === 'string' && isSupportedCountry(value),
      'must be a two-letter country code such as GB',
    )
    .default('GB'),
  OWN_PHONE_NUMBERS: list.default([]),
  // The United Kingdom's short numbers for emergencies and services.
  SERVICE_NUMBERS: list.default(['999', '112', '101', '105', '111', '119', '123']),
  REPROCESS_WINDOW: duration(Infinity, 'must be a duration such as "30 days"').default(
    30 * 24 * 60 * 60 * 1000,
  ),
  WORKFLOW_BUNDLE: text
    .refine(
      (file) => existsSync(file),
      'does not name a file: create it with npm run build:workflows',
    )
    .nullable()
    .default(null),
});

const googleSpeechFields = z.object({
  SPEECH_PROVIDER: z.literal('google').default('google'),
  GOOGLE_CLOUD_PROJECT: text,
  SPEECH_LOCATION: text.default('eu'),
  SPEECH_MODEL: text.default(AUTOMATIC_MODEL),
  SPEECH_API_ENDPOINT: webAddress.nullable().default(null),
});

const transcriptionServerFields = z.object({
  SPEECH_PROVIDER: z.literal('openai-compatible'),
  // Only the archive needs it here, and its credentials name a project of their own.
  GOOGLE_CLOUD_PROJECT: text.nullable().default(null),
  TRANSCRIPTION_BASE_URL: webAddress,
  // Most self-hosted servers do not have one.
  TRANSCRIPTION_API_KEY: key.nullable().default(null),
  TRANSCRIPTION_MODEL: text,
  // A busy server keeps requests waiting, and a small one transcribes slower than people speak. An
  // attempt of the step has three hours, which the two channels of a call share.
  TRANSCRIPTION_TIMEOUT: duration(
    80 * 60 * 1000,
    'must be a duration of at most 80 minutes, such as "30 minutes"',
  ).default(60 * 60 * 1000),
  TRANSCRIPTION_CONCURRENCY: concurrency,
  // The least is ten seconds of 48 kHz, 16 bit; whoever counts megabytes here gets a fault.
  TRANSCRIPTION_MAX_BYTES: wholeNumber(1_000_000, Number.MAX_SAFE_INTEGER).nullable().default(null),
  // Shorter parts would cut sentences all the time; a day is longer than any call.
  TRANSCRIPTION_MAX_SECONDS: wholeNumber(10, 86_400).nullable().default(null),
});

/** What a worker reads. Each provider of transcriptions has its own settings. */
export const workerSchema = z.intersection(
  workerFields.refine(openToThisMachineOnly.check, openToThisMachineOnly.params),
  z.discriminatedUnion(
    'SPEECH_PROVIDER',
    [googleSpeechFields, transcriptionServerFields],
    'must be google or openai-compatible',
  ),
);
export type WorkerValues = z.output<typeof workerSchema>;

/** Every name that some provider's worker reads. */
export const WORKER_NAMES: readonly string[] = [
  workerFields,
  googleSpeechFields,
  transcriptionServerFields,
].flatMap(({ shape }) => Object.keys(shape));
