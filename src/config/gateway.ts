import type { ApiKey } from '../domain/api-key.ts';
import { toAmount, type Prices } from '../domain/call-cost.ts';
import { faultsOfBudget } from './budget.ts';
import { gatewaySchema } from './gateway-schema.ts';
import type { LogLevel } from './process-schema.ts';
import { warningsOfStorage } from './exposure.ts';
import { warningsOfGateway } from './public-gateway.ts';
import { readValues } from './read-values.ts';
import type { Environment, TemporalConfig } from './temporal.ts';

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
    readonly eventStreamsPerKey: number;
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
  /** The archive of the workers; `null`: the gateway serves no recordings. */
  readonly recordingStore: {
    readonly bucket: string;
    readonly apiEndpoint: string | null;
    readonly projectId: string | null;
  } | null;
  /** The channel (1-based) on which the party that placed a call is heard. */
  readonly callerChannel: number;
  readonly prices: Prices;
  /** What a day in UTC may cost, in the currency's unit; `null`: any amount. */
  readonly dailyBudget: number | null;
  /** What the operator should know of the configuration, without values. */
  readonly warnings: readonly string[];
};

/**
 * The gateway's configuration. Throws a ConfigurationError that names every fault, and the warnings
 * with them; otherwise the warnings are among the configuration's own.
 */
export function loadGatewayConfig(
  env: Environment,
  earlier: readonly string[] = [],
): GatewayConfig {
  const { value, temporal, warnings } = readValues(gatewaySchema, { env, earlier }, (values) => ({
    faults: faultsOfBudget(values),
    warnings: [...warningsOfGateway(values), ...warningsOfStorage(values)],
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
      eventStreamsPerKey: value.EVENT_STREAMS_PER_KEY,
      eventLoopDelayMs: value.EVENT_LOOP_DELAY_MAX_MS,
    },
    logLevel: value.LOG_LEVEL,
    database: { url: value.DATABASE_URL, poolSize: value.DATABASE_POOL_SIZE },
    temporal,
    taskQueue: value.TASK_QUEUE,
    temporalUiUrl: value.TEMPORAL_UI_URL,
    recordingStore:
      value.RECORDINGS_BUCKET === null
        ? null
        : {
            bucket: value.RECORDINGS_BUCKET,
            apiEndpoint: value.STORAGE_API_ENDPOINT,
            projectId: value.GOOGLE_CLOUD_PROJECT,
          },
    callerChannel: value.RECORDING_CALLER_CHANNEL,
    dailyBudget: value.DAILY_BUDGET === null ? null : toAmount(value.DAILY_BUDGET),
    prices: {
      currency: value.PRICE_CURRENCY,
      speechPerMinute: value.SPEECH_PRICE_PER_MINUTE,
      perMillionInputTokens: value.LLM_PRICE_PER_MILLION_INPUT_TOKENS,
      perMillionOutputTokens: value.LLM_PRICE_PER_MILLION_OUTPUT_TOKENS,
    },
  };
}
