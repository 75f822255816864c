import { ServiceError } from '../../domain/service-error.ts';

/** How much is taken before requests are refused; 0 = without a limit. */
export type Limits = {
  /** Requests without an accepted key, per address and minute. */
  readonly failedKeysPerMinute: number;
  /** Requests per key and minute. */
  readonly requestsPerMinute: number;
  /** Runs per key that are open and not parked. */
  readonly openRunsPerKey: number;
  /** Reprocesses per call and day that may pay again. */
  readonly paidReprocessesPerDay: number;
  /** Streams of events that are open at a time, per key. */
  readonly eventStreamsPerKey: number;
  /** The delay of the event loop, in milliseconds, above which requests are shed. */
  readonly eventLoopDelayMs: number;
};

/** The refusal by a limit, under the name by which it is configured. */
export function limitReached(
  name: string,
  { limit, what, retryAfterMs }: { limit: number; what: string; retryAfterMs: number },
): ServiceError {
  return new ServiceError('LIMIT_REACHED', `The limit ${name} is reached: ${limit} ${what}.`, {
    retryAfterMs,
    context: { limit: name },
  });
}
