import { faultyOwnNumbers, type NumberRules } from '../domain/external-party.ts';
import { languageOf } from '../domain/language.ts';
import { faultySpeechSettings } from '../domain/speech-models.ts';
import { findExposure } from './exposure.ts';
import { allOf, type Findings } from './findings.ts';
import { readValues } from './read-values.ts';
import type { Environment } from './temporal.ts';
import { workerSchema, type WorkerValues } from './worker-schema.ts';

/** The worker's configuration; faults and warnings as for the gateway. */
export function loadWorkerConfig(env: Environment, earlier: readonly string[] = []) {
  const { value, temporal, warnings } = readValues(workerSchema, { env, earlier }, judgeWorker);
  const numberRules: NumberRules = {
    region: value.PHONE_REGION,
    ownNumbers: value.OWN_PHONE_NUMBERS,
    serviceNumbers: value.SERVICE_NUMBERS,
  };
  return {
    warnings,
    logLevel: value.LOG_LEVEL,
    /** Where its probes and metrics are answered. */
    host: value.HOST,
    metricsPort: value.METRICS_PORT,
    /** The keys that are accepted there; with none, everybody on this machine is. */
    apiKeys: value.API_KEYS,
    failedKeysPerMinute: value.FAILED_KEYS_PER_MINUTE,
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
    paidReprocessesPerDay: value.PAID_REPROCESSES_PER_CALL_AND_DAY,
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
        maxBytes: value.TRANSCRIPTION_MAX_BYTES,
        maxSeconds: value.TRANSCRIPTION_MAX_SECONDS,
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
