import { existsSync } from 'node:fs';
import { BlockList, isIP } from 'node:net';

import { loadClientConnectConfig, type ClientConnectConfig } from '@temporalio/envconfig';
import { isSupportedCountry, type CountryCode } from 'libphonenumber-js/max';
import ms, { type StringValue } from 'ms';
import { z } from 'zod';

import { faultyOwnNumbers, type NumberRules } from './domain/external-party.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export type TemporalConfig = {
  readonly connection: ClientConnectConfig['connectionOptions'];
  readonly namespace: string;
};

export type DatabaseConfig = { readonly url: string; readonly poolSize: number };

/** What the gateway process needs. */
export type GatewayConfig = {
  readonly host: string;
  readonly port: number;
  readonly logLevel: LogLevel;
  readonly database: DatabaseConfig;
  readonly temporal: TemporalConfig;
  /** Where people find the Web UI, without a slash at the end; `null` when nobody said. */
  readonly temporalUiUrl: string | null;
};

/** What the worker process needs. */
export type WorkerConfig = ReturnType<typeof loadWorkerConfig>;

/** All faults of the configuration at once, by name and never with a value. */
export class ConfigurationError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n` +
        faults.map((fault) => `  - ${fault}`).join('\n') +
        '\nCorrect the environment or the .env file (see .env.example) and start again.',
    );
    this.name = 'ConfigurationError';
    this.faults = faults;
  }
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

/** An empty line in a .env file (`NAME=`) means the same as no line. */
const text = z.string('is missing').trim();
const list = text.transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
const wholeNumber = (least: number, most: number) =>
  text
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must lie between ${least} and ${most}`);
const webAddress = text
  .refine((value) => /^https?:$/.test(URL.parse(value)?.protocol ?? ''), 'must be an http(s) URL')
  .transform((value) => value.replace(/\/+$/, ''));

const processSchema = {
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  DATABASE_URL: text.refine(
    (value) => /^postgres(ql)?:$/.test(URL.parse(value)?.protocol ?? ''),
    'must be a postgresql:// URL',
  ),
  // Ten connections serve a process: a step holds one for milliseconds, not while it works.
  DATABASE_POOL_SIZE: wholeNumber(1, 1000).default(10),
};

const gatewaySchema = z.object({
  ...processSchema,
  HOST: text
    .refine(
      isLoopback,
      'must be a loopback address: the gateway has no API keys yet, so it serves this machine only',
    )
    .default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(3000),
  TEMPORAL_UI_URL: webAddress.nullable().default(null),
});

const workerSchema = z.object({
  ...processSchema,
  PHONE_SYSTEM_URL: webAddress,
  PHONE_SYSTEM_USERNAME: text,
  PHONE_SYSTEM_PASSWORD: text,
  // 2 GiB: about 37 hours of 8 kHz, 16-bit mono; nothing that is still a telephone call.
  RECORDING_MAX_BYTES: wholeNumber(1, Number.MAX_SAFE_INTEGER).default(2 * 1024 ** 3),
  RECORDINGS_BUCKET: text,
  STORAGE_API_ENDPOINT: webAddress.nullable().default(null),
  GOOGLE_CLOUD_PROJECT: text,
  SPEECH_LOCATION: text.default('eu'),
  SPEECH_MODEL: text.default('telephony'),
  SPEECH_LANGUAGE_CODES: list
    .refine((codes) => codes.length > 0, 'must name at least one language')
    .default(['en-GB']),
  SPEECH_API_ENDPOINT: webAddress.nullable().default(null),
  CONNECTWISE_URL: webAddress,
  CONNECTWISE_COMPANY_ID: text,
  CONNECTWISE_PUBLIC_KEY: text,
  CONNECTWISE_PRIVATE_KEY: text,
  CONNECTWISE_CLIENT_ID: text,
  CONNECTWISE_REQUESTS_PER_MINUTE: wholeNumber(1, 100_000).default(60),
  CONNECTWISE_EXCLUDED_COMPANY_IDS: list.default([]),
  LLM_BASE_URL: webAddress,
  LLM_API_KEY: text,
  LLM_MODEL: text,
  PHONE_REGION: z
    .custom<CountryCode>(
      (value) => typeof value === 'string' && isSupportedCountry(value),
      'must be a two-letter country code such as GB',
    )
    .default('GB'),
  OWN_PHONE_NUMBERS: list.default([]),
  // The United Kingdom's short numbers for emergencies and services.
  SERVICE_NUMBERS: list.default(['999', '112', '101', '105', '111', '119', '123']),
  REPROCESS_WINDOW: text
    .transform(toMilliseconds)
    .refine((value) => value !== null && value >= 1000, 'must be a duration such as "30 days"')
    .transform((value) => value ?? 0)
    .default(30 * 24 * 60 * 60 * 1000),
});

/**
 * Reads the environment of this process, with the `.env` file of the working directory beneath it
 * if there is one. The only place that touches `process.env`.
 */
export function readEnvironment(): Environment {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}

/** The gateway's configuration. Throws a ConfigurationError that names every fault. */
export function loadGatewayConfig(env: Environment): GatewayConfig {
  const { value, temporal } = parse(gatewaySchema, env);
  return {
    host: value.HOST,
    port: value.PORT,
    logLevel: value.LOG_LEVEL,
    database: { url: value.DATABASE_URL, poolSize: value.DATABASE_POOL_SIZE },
    temporal,
    temporalUiUrl: value.TEMPORAL_UI_URL,
  };
}

/** The worker's configuration. Throws a ConfigurationError that names every fault. */
export function loadWorkerConfig(env: Environment) {
  const { value, temporal } = parse(workerSchema, env, (parsed) =>
    faultyOwnNumbers(parsed.OWN_PHONE_NUMBERS, parsed.PHONE_REGION).length === 0
      ? []
      : [
          'OWN_PHONE_NUMBERS holds an item that is neither an E.164 number, an extension prefix such as 56360*, nor a number range such as +4420794600*',
        ],
  );
  const numberRules: NumberRules = {
    region: value.PHONE_REGION,
    ownNumbers: value.OWN_PHONE_NUMBERS,
    serviceNumbers: value.SERVICE_NUMBERS,
  };
  return {
    logLevel: value.LOG_LEVEL,
    database: { url: value.DATABASE_URL, poolSize: value.DATABASE_POOL_SIZE },
    temporal,
    phoneSystem: {
      url: value.PHONE_SYSTEM_URL,
      username: value.PHONE_SYSTEM_USERNAME,
      password: value.PHONE_SYSTEM_PASSWORD,
      maxBytes: value.RECORDING_MAX_BYTES,
    },
    recordingStore: {
      bucket: value.RECORDINGS_BUCKET,
      apiEndpoint: value.STORAGE_API_ENDPOINT,
      projectId: value.GOOGLE_CLOUD_PROJECT,
    },
    speech: {
      projectId: value.GOOGLE_CLOUD_PROJECT,
      location: value.SPEECH_LOCATION,
      model: value.SPEECH_MODEL,
      languageCodes: value.SPEECH_LANGUAGE_CODES,
      apiEndpoint: value.SPEECH_API_ENDPOINT,
    },
    connectwise: {
      url: value.CONNECTWISE_URL,
      companyId: value.CONNECTWISE_COMPANY_ID,
      publicKey: value.CONNECTWISE_PUBLIC_KEY,
      privateKey: value.CONNECTWISE_PRIVATE_KEY,
      clientId: value.CONNECTWISE_CLIENT_ID,
      requestsPerMinute: value.CONNECTWISE_REQUESTS_PER_MINUTE,
      region: value.PHONE_REGION,
      excludedCompanyIds: value.CONNECTWISE_EXCLUDED_COMPANY_IDS,
    },
    languageModel: {
      baseUrl: value.LLM_BASE_URL,
      apiKey: value.LLM_API_KEY,
      model: value.LLM_MODEL,
    },
    numberRules,
    reprocessWindowMs: value.REPROCESS_WINDOW,
  } as const;
}

/** What a process that only talks to Temporal needs (the bootstrap command). */
export function loadTemporalConfig(env: Environment): TemporalConfig {
  return parse(z.object({}), env).temporal;
}

function parse<T extends z.ZodObject>(
  schema: T,
  env: Environment,
  rules: (value: z.output<T>) => string[] = () => [],
): { value: z.output<T>; temporal: TemporalConfig } {
  const present = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const result = schema.safeParse(present);
  const faults = result.success
    ? rules(result.data)
    : result.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`);

  const temporal = readTemporal(env, faults);
  if (!result.success || temporal === null || faults.length > 0) {
    throw new ConfigurationError(faults);
  }
  return { value: result.data, temporal };
}

/**
 * Temporal's own names, read by Temporal's own library. A user's `temporal.toml` counts only when
 * TEMPORAL_CONFIG_FILE or TEMPORAL_PROFILE asks for it: otherwise a laptop's `npm start` could land
 * in somebody's production namespace.
 */
function readTemporal(env: Environment, faults: string[]): TemporalConfig | null {
  const variables = Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const wantsFile = Boolean(variables['TEMPORAL_CONFIG_FILE'] ?? variables['TEMPORAL_PROFILE']);
  try {
    const { connectionOptions, namespace } = loadClientConnectConfig({
      disableFile: !wantsFile,
      overrideEnvVars: variables,
    });
    return { connection: connectionOptions, namespace: namespace ?? 'default' };
  } catch {
    // The library's message may quote the file; the name of what to look at is enough.
    faults.push(
      'TEMPORAL_* cannot be used: check TEMPORAL_CONFIG_FILE, TEMPORAL_PROFILE and the TEMPORAL_TLS files',
    );
    return null;
  }
}

function toMilliseconds(value: string): number | null {
  try {
    // What is no duration makes it throw or give undefined; the type cannot say so beforehand.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return ms(value as StringValue) ?? null;
  } catch {
    return null;
  }
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

function isLoopback(host: string): boolean {
  const family = isIP(host);
  return family === 0 ? host === 'localhost' : loopback.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
