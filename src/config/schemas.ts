import { accessSync, constants, existsSync } from 'node:fs';

import { isSupportedCountry, type CountryCode } from 'libphonenumber-js/max';
import ms, { type StringValue } from 'ms';
import { z } from 'zod';

import { parseApiKey, type ApiKey } from '../domain/api-key.ts';
import { parsePrice } from '../domain/call-cost.ts';
import { readDatabaseUrl } from '../domain/database-url.ts';
import { TASK_QUEUE } from '../domain/names.ts';
import { AUTOMATIC_MODEL } from '../domain/speech-models.ts';
import { isAddressRange } from './address-ranges.ts';
import { isLoopback } from './loopback.ts';
import { isQuoted } from './quotation-marks.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const text = z.string('is missing').trim();
const list = text.transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const wholeNumber = (min: number, max: number) =>
  text
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be between ${min} and ${max}`);
/** How many requests at once; `null` (unset): any number. A worker does no more than a hundred things at once. */
const concurrency = wholeNumber(1, 100).nullable().default(null);
const webAddress = text
  .refine(
    (value) => /^https?:\/\//i.test(value) && URL.parse(value) !== null,
    'must be an http(s) URL',
  )
  // They would be logged and shown with the address, and most clients do not send them.
  .refine(hasNoUserInfo, 'must be a URL without a user and a password')
  // Clients tell by the scheme, in small letters, whether a connection is encrypted.
  .transform((value) =>
    value.replace(/^https?/i, (scheme) => scheme.toLowerCase()).replace(/\/+$/, ''),
  );
// Headers carry these, so nothing else can be right: a line break or a typographic quotation mark was
// copied along.
const key = text
  .regex(/^[\x21-\x7e]+$/, 'must be one line of ASCII characters without blanks')
  .refine((value) => !isQuoted(value), 'must not stand between quotation marks');
const line = text.regex(/^\P{Cc}*$/u, 'must be one line without control characters');

const price = text
  .transform(parsePrice)
  .refine((value) => value !== null, 'must be a price such as 0.016, with at most six decimals')
  .nullable()
  .default(null);
/** A duration in words ("30 days"), in milliseconds; at least a second. */
const duration = (maxMs: number, fault: string) =>
  text
    .transform(toMilliseconds)
    .refine((value) => value !== null && value >= 1000 && value <= maxMs, fault)
    .transform((value) => value ?? 0);

/** What every process reads that asks Temporal for anything. */
export const temporalSchema = z.object({
  // What a worker polls has to be what the gateway starts calls on.
  TASK_QUEUE: text.max(1000, 'must have at most 1000 characters').default(TASK_QUEUE),
});

const processSchema = {
  ...temporalSchema.shape,
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  DATABASE_URL: text.superRefine((value, context) => {
    for (const message of faultsOfDatabaseUrl(value)) context.addIssue({ code: 'custom', message });
  }),
  // Ten connections suffice for a process: a step holds one for milliseconds, not while it works.
  DATABASE_POOL_SIZE: wholeNumber(1, 1000).default(10),
  // In most phone systems, the party that placed the call is heard on the first channel.
  RECORDING_CALLER_CHANNEL: wholeNumber(1, 2).default(1),
};

// Standard Webhooks asks for 24 to 64 bytes.
const hookSecret = text.refine((value) => {
  const [, base64 = ''] = /^(?:whsec_)?([A-Za-z0-9+/]+={0,2})$/.exec(value) ?? [];
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length >= 24 && bytes.length <= 64 && base64.length % 4 === 0;
});

const apiKeys = list
  .transform((items) => items.map(parseApiKey))
  .refine(
    (keys): keys is ApiKey[] => !keys.includes(null),
    'contains an item that is not of the form NAME:SCOPE+SCOPE:SHA256, as npm run api-key prints it',
  );

/** What the gateway reads. */
const gatewayFields = z.object({
  ...processSchema,
  HOST: text.default('127.0.0.1'),
  API_KEYS: apiKeys.default([]),
  PORT: wholeNumber(0, 65_535).default(3000),
  HOOK_SECRET: list
    .refine(
      (secrets) => secrets.every((secret) => hookSecret.safeParse(secret).success),
      'contains an item that is not whsec_ and 24 to 64 bytes in base64: echo whsec_$(openssl rand -hex 24) makes one',
    )
    .default([]),
  TRUST_PROXY: list
    .refine(
      (ranges) => ranges.every(isAddressRange),
      'contains an item that is neither an IP address nor a range of them such as 10.0.0.0/8',
    )
    .default([]),
  // A person mistypes a key a few times; a program that tries keys out does nothing else.
  FAILED_KEYS_PER_MINUTE: wholeNumber(0, 1_000_000).default(20),
  // Ten a second: what a few people with the console and a phone system need together.
  REQUESTS_PER_MINUTE: wholeNumber(0, 1_000_000).default(600),
  // More than a busy day brings, so that a worker that is away for a day costs no call.
  OPEN_RUNS_PER_KEY: wholeNumber(0, 1_000_000).default(10_000),
  // Corrections are made once or twice; a script that repeats itself pays each time.
  PAID_REPROCESSES_PER_CALL_AND_DAY: wholeNumber(0, 1_000_000).default(10),
  // Answers take milliseconds; after a second in the queue, its client is close to giving up.
  EVENT_LOOP_DELAY_MAX_MS: wholeNumber(0, 60_000).default(1_000),
  PUBLIC_URL: webAddress
    .refine((value) => URL.parse(value)?.pathname === '/', 'must be a URL without a path')
    .nullable()
    .default(null),
  TEMPORAL_UI_URL: webAddress.nullable().default(null),
  SPEECH_PRICE_PER_MINUTE: price,
  LLM_PRICE_PER_MILLION_INPUT_TOKENS: price,
  LLM_PRICE_PER_MILLION_OUTPUT_TOKENS: price,
  PRICE_CURRENCY: text
    .regex(/^[A-Z]{3}$/, 'must be a currency code of three capitals such as USD')
    .default('USD'),
});

/** What the gateway reads. Without keys it is open to whoever reaches it, so only this machine may. */
export const gatewaySchema = gatewayFields.refine(
  ({ HOST, API_KEYS }) => API_KEYS.length > 0 || isLoopback(HOST),
  {
    path: ['HOST'],
    error:
      'must be a loopback address, because there are no API_KEYS: create a key with npm run api-key -- NAME SCOPES and write its digest into API_KEYS',
    // Not only when everything else is right: all faults are told together.
    when: ({ value }) => hasHostAndKeys(value),
  },
);

const workerFields = z.object({
  ...processSchema,
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
});

/** What a worker reads. Each provider of transcriptions has its own settings. */
export const workerSchema = z.intersection(
  workerFields,
  z.discriminatedUnion(
    'SPEECH_PROVIDER',
    [googleSpeechFields, transcriptionServerFields],
    'must be google or openai-compatible',
  ),
);
export type WorkerValues = z.output<typeof workerSchema>;

/** The names that our own schemas read, whichever process does and whichever provider transcribes. */
export const OWN_NAMES: readonly string[] = [
  ...new Set(
    [gatewaySchema, workerFields, googleSpeechFields, transcriptionServerFields].flatMap(
      ({ shape }) => Object.keys(shape),
    ),
  ),
];

/** Whether HOST and API_KEYS are without a fault in a value that may have others. */
function hasHostAndKeys(value: unknown): boolean {
  const { HOST, API_KEYS }: Readonly<Record<string, unknown>> = Object(value);
  return typeof HOST === 'string' && Array.isArray(API_KEYS);
}

function faultsOfDatabaseUrl(value: string): readonly string[] {
  const { address, faults } = readDatabaseUrl(value);
  if (address === null) return faults;
  const { authorityFile, certificateFile, keyFile } = address.tls ?? {};
  return Object.entries({ sslrootcert: authorityFile, sslcert: certificateFile, sslkey: keyFile })
    .filter(([, file]) => file && !isReadable(file))
    .map(([name]) => `has an ${name} that names no file which can be read`);
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function hasNoUserInfo(value: string): boolean {
  const url = URL.parse(value);
  return url === null || url.username + url.password === '';
}

function toMilliseconds(value: string): number | null {
  try {
    // The library throws or returns undefined for a text that is not a duration, which its type hides.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return ms(value as StringValue) ?? null;
  } catch {
    return null;
  }
}
