import { existsSync, readFileSync } from 'node:fs';

import type { z } from 'zod';

import { ConfigurationError } from './config/configuration-error.ts';
import { findExposure } from './config/exposure.ts';
import { allOf, type Findings } from './config/findings.ts';
import { warningsOfGateway } from './config/public-gateway.ts';
import { isQuoted } from './config/quotation-marks.ts';
import {
  gatewaySchema,
  OWN_NAMES,
  temporalSchema,
  workerSchema,
  type LogLevel,
  type WorkerValues,
} from './config/schemas.ts';
import { readTemporal, type Environment, type TemporalConfig } from './config/temporal.ts';
import { findUnusedSettings } from './config/unused-settings.ts';
import type { ApiKey } from './domain/api-key.ts';
import type { Prices } from './domain/call-cost.ts';
import { faultyOwnNumbers, type NumberRules } from './domain/external-party.ts';
import { faultySpeechSettings } from './domain/speech-models.ts';
import { languageOf } from './domain/language.ts';

/** What the gateway process needs. */
export type GatewayConfig = {
  readonly host: string;
  readonly port: number;
  /** The address at which people and systems find the gateway, without a path; `null`: only this machine does. */
  readonly publicUrl: string | null;
  /** Each is a secret by which the phone system may start calls. */
  readonly hookSecrets: readonly string[];
  /** Proxies that are believed when they say whom a request comes from: addresses and ranges. */
  readonly trustedProxies: readonly string[];
  readonly limits: {
    readonly failedKeysPerMinute: number;
    readonly requestsPerMinute: number;
    readonly openRunsPerKey: number;
    readonly paidReprocessesPerDay: number;
    readonly eventLoopDelayMs: number;
  };
  /** The keys that are accepted; with none, everybody on this machine is. */
  readonly apiKeys: readonly ApiKey[];
  readonly logLevel: LogLevel;
  readonly database: { readonly url: string; readonly poolSize: number };
  readonly temporal: TemporalConfig;
  /** The Temporal task queue of this installation. */
  readonly taskQueue: string;
  /** The address of Temporal's Web UI, without a trailing slash; `null` when not configured. */
  readonly temporalUiUrl: string | null;
  /** The channel (1-based) on which the party that placed a call is heard. */
  readonly callerChannel: number;
  readonly prices: Prices;
  /** What the operator should know of the configuration, without values. */
  readonly warnings: readonly string[];
};

/**
 * Reads the environment of this process, and the `.env` file of the working directory, if any, for
 * what the environment does not set. The warnings name settings that have no effect. The only place
 * that touches `process.env`.
 */
export function readEnvironment(): {
  readonly env: Environment;
  readonly warnings: readonly string[];
} {
  const hasFile = existsSync('.env');
  if (hasFile) process.loadEnvFile('.env');
  const text = hasFile ? readFileSync('.env', 'utf8') : null;
  return { env: process.env, warnings: findUnusedSettings(process.env, text) };
}

/**
 * The gateway's configuration. Throws a ConfigurationError that names every fault, and the warnings
 * with them; otherwise the warnings are among the configuration's own.
 */
export function loadGatewayConfig(
  env: Environment,
  earlier: readonly string[] = [],
): GatewayConfig {
  const { value, temporal, warnings } = parse(gatewaySchema, { env, earlier }, (values) => ({
    faults: [],
    warnings: warningsOfGateway(values),
  }));
  return {
    warnings,
    host: value.HOST,
    port: value.PORT,
    publicUrl: value.PUBLIC_URL,
    apiKeys: value.API_KEYS,
    hookSecrets: value.HOOK_SECRET,
    trustedProxies: value.TRUST_PROXY,
    limits: {
      failedKeysPerMinute: value.FAILED_KEYS_PER_MINUTE,
      requestsPerMinute: value.REQUESTS_PER_MINUTE,
      openRunsPerKey: value.OPEN_RUNS_PER_KEY,
      paidReprocessesPerDay: value.PAID_REPROCESSES_PER_CALL_AND_DAY,
      eventLoopDelayMs: value.EVENT_LOOP_DELAY_MAX_MS,
    },
    logLevel: value.LOG_LEVEL,
    database: { url: value.DATABASE_URL, poolSize: value.DATABASE_POOL_SIZE },
    temporal,
    taskQueue: value.TASK_QUEUE,
    temporalUiUrl: value.TEMPORAL_UI_URL,
    callerChannel: value.RECORDING_CALLER_CHANNEL,
    prices: {
      currency: value.PRICE_CURRENCY,
      speechPerMinute: value.SPEECH_PRICE_PER_MINUTE,
      perMillionInputTokens: value.LLM_PRICE_PER_MILLION_INPUT_TOKENS,
      perMillionOutputTokens: value.LLM_PRICE_PER_MILLION_OUTPUT_TOKENS,
    },
  };
}

/** The worker's configuration; faults and warnings as for the gateway. */
export function loadWorkerConfig(env: Environment, earlier: readonly string[] = []) {
  const { value, temporal, warnings } = parse(workerSchema, { env, earlier }, judgeWorker);
  const numberRules: NumberRules = {
    region: value.PHONE_REGION,
    ownNumbers: value.OWN_PHONE_NUMBERS,
    serviceNumbers: value.SERVICE_NUMBERS,
  };
  return {
    warnings,
    logLevel: value.LOG_LEVEL,
    database: { url: value.DATABASE_URL, poolSize: value.DATABASE_POOL_SIZE },
    temporal,
    taskQueue: value.TASK_QUEUE,
    phoneSystem: {
      url: value.PHONE_SYSTEM_URL,
      username: value.PHONE_SYSTEM_USERNAME,
      password: value.PHONE_SYSTEM_PASSWORD,
      maxBytes: value.RECORDING_MAX_BYTES,
    },
    recordingIntegrity: value.RECORDING_INTEGRITY,
    recordingStore: {
      bucket: value.RECORDINGS_BUCKET,
      apiEndpoint: value.STORAGE_API_ENDPOINT,
      projectId: value.GOOGLE_CLOUD_PROJECT,
    },
    speech: speechConfig(value),
    connectwise: {
      url: value.CONNECTWISE_URL,
      companyId: value.CONNECTWISE_COMPANY_ID,
      publicKey: value.CONNECTWISE_PUBLIC_KEY,
      privateKey: value.CONNECTWISE_PRIVATE_KEY,
      clientId: value.CONNECTWISE_CLIENT_ID,
      requestsPerMinute: value.CONNECTWISE_REQUESTS_PER_MINUTE,
      excludedCompanyIds: value.CONNECTWISE_EXCLUDED_COMPANY_IDS,
    },
    languageModel: {
      baseUrl: value.LLM_BASE_URL,
      apiKey: value.LLM_API_KEY,
      model: value.LLM_MODEL,
      maxInputTokens: value.LLM_MAX_INPUT_TOKENS,
      maxOutputTokens: value.LLM_MAX_OUTPUT_TOKENS,
      maxRequestBytes: value.LLM_MAX_REQUEST_BYTES,
      concurrency: value.LLM_CONCURRENCY,
    },
    numberRules,
    callerChannel: value.RECORDING_CALLER_CHANNEL,
    reprocessWindowMs: value.REPROCESS_WINDOW,
    /** A bundle made by `npm run build:workflows`; `null` = the worker bundles the code itself. */
    workflowBundle: value.WORKFLOW_BUNDLE,
  } as const;
}

/** The provider of transcriptions and its settings. */
function speechConfig(value: WorkerValues) {
  return value.SPEECH_PROVIDER === 'google'
    ? ({
        provider: value.SPEECH_PROVIDER,
        projectId: value.GOOGLE_CLOUD_PROJECT,
        location: value.SPEECH_LOCATION,
        model: value.SPEECH_MODEL,
        languageCodes: value.SPEECH_LANGUAGE_CODES,
        phrases: value.SPEECH_PHRASES,
        apiEndpoint: value.SPEECH_API_ENDPOINT,
      } as const)
    : ({
        provider: value.SPEECH_PROVIDER,
        baseUrl: value.TRANSCRIPTION_BASE_URL,
        apiKey: value.TRANSCRIPTION_API_KEY,
        model: value.TRANSCRIPTION_MODEL,
        // Such a server is told one language; `auto` is not one, so it then detects the language itself.
        language: languageOf(value.SPEECH_LANGUAGE_CODES[0] ?? ''),
        phrases: value.SPEECH_PHRASES,
        answerTimeoutMs: value.TRANSCRIPTION_TIMEOUT,
        concurrency: value.TRANSCRIPTION_CONCURRENCY,
      } as const);
}

function judgeWorker(value: WorkerValues): Findings {
  return allOf({ faults: workerFaults(value), warnings: [] }, findExposure(value));
}

/** The faults of values that are well formed but do not fit together. */
function workerFaults(value: WorkerValues): string[] {
  return [
    ...(faultyOwnNumbers(value.OWN_PHONE_NUMBERS, value.PHONE_REGION).length === 0
      ? []
      : [
          'OWN_PHONE_NUMBERS contains an item that is neither an E.164 number, an extension prefix such as 56360*, nor a number range such as +4420794600*',
        ]),
    ...(value.SPEECH_PROVIDER === 'google' ? googleFaults(value) : serverFaults(value)),
  ];
}

function googleFaults(value: Extract<WorkerValues, { SPEECH_PROVIDER: 'google' }>): string[] {
  return faultySpeechSettings({
    model: value.SPEECH_MODEL,
    location: value.SPEECH_LOCATION,
    languageCodes: value.SPEECH_LANGUAGE_CODES,
    phrases: value.SPEECH_PHRASES,
  });
}

function serverFaults({ SPEECH_LANGUAGE_CODES: codes }: WorkerValues): string[] {
  return codes.every((code) => code === 'auto' || languageOf(code) !== null)
    ? []
    : [
        'SPEECH_LANGUAGE_CODES contains an item that is neither a language code such as en-GB nor auto',
      ];
}

/** What a process that only talks to Temporal needs (the bootstrap command). */
export function loadTemporalConfig(
  env: Environment,
  earlier: readonly string[] = [],
): TemporalConfig & { readonly taskQueue: string; readonly warnings: readonly string[] } {
  const { value, temporal, warnings } = parse(temporalSchema, { env, earlier });
  return { ...temporal, taskQueue: value.TASK_QUEUE, warnings };
}

function parse<T extends z.ZodType<object>>(
  schema: T,
  { env, earlier }: { readonly env: Environment; readonly earlier: readonly string[] },
  judge: (value: z.output<T>) => Findings = () => ({ faults: [], warnings: [] }),
): { value: z.output<T>; temporal: TemporalConfig; warnings: readonly string[] } {
  // An empty value in a .env file (`NAME=`) means the same as no line.
  const present = Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && entry[1].trim() !== '',
    ),
  );
  const result = schema.safeParse(present);
  const judged = result.success ? judge(result.data) : { faults: [], warnings: [] };
  const faults = result.success
    ? [...judged.faults]
    : result.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`);
  // Node then takes anybody's certificate, and anybody on the way could read every key and recording.
  if (present['NODE_TLS_REJECT_UNAUTHORIZED']?.trim() === '0') {
    faults.push(
      'NODE_TLS_REJECT_UNAUTHORIZED must not be 0: remove it, and name the file of your own certificate authority in NODE_EXTRA_CA_CERTS, in the environment',
    );
  }

  const temporal = readTemporal(present, faults);
  const warnings = [...earlier, ...judged.warnings, ...warningsOfQuotes(present)];
  if (!result.success || temporal === null || faults.length > 0) {
    throw new ConfigurationError(faults, warnings);
  }
  return { value: result.data, temporal, warnings };
}

/** A password may really begin and end like this, so it is no fault. */
function warningsOfQuotes(present: Readonly<Record<string, string>>): string[] {
  return OWN_NAMES.filter((name) => isQuoted(present[name] ?? '')).map(
    (name) =>
      `${name} begins and ends with a quotation mark, and both count as part of the value: remove them unless that is meant.`,
  );
}
