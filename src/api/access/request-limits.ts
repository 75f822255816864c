import { fastifyRateLimit } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { callerOf } from './caller.ts';
import { limitReached, type Limits } from '../limits/limits.ts';

const MINUTE_MS = 60_000;

type Counter = ReturnType<FastifyInstance['createRateLimit']>;

/** Counts a request, and throws LIMIT_REACHED when it is one too many. */
type RequestLimit = (request: FastifyRequest) => Promise<void>;

export type RequestLimits = {
  readonly onRefusedKey: RequestLimit;
  readonly onAcceptedKey: RequestLimit;
};

/**
 * Creates the limits on requests. Each process counts for itself, for a minute that begins with the
 * first request.
 */
export function createRequestLimits(
  app: FastifyInstance,
  {
    failedKeysPerMinute,
    requestsPerMinute,
  }: Pick<Limits, 'failedKeysPerMinute' | 'requestsPerMinute'>,
): RequestLimits {
  void app.register(fastifyRateLimit, { global: false });

  function limitOf(
    name: string,
    { limit, what }: { limit: number; what: string },
    keyGenerator?: (request: FastifyRequest) => string,
  ): RequestLimit {
    if (limit === 0) return async () => undefined;
    let counter: Counter | undefined;
    return async (request) => {
      // The plugin is loaded by the time a request arrives.
      counter ??= app.createRateLimit({
        max: limit,
        timeWindow: MINUTE_MS,
        ...(keyGenerator === undefined ? {} : { keyGenerator }),
      });
      const count = await counter(request);
      if (count.isAllowed || !count.isExceeded) return;
      throw limitReached(name, { limit, what, retryAfterMs: count.ttl });
    };
  }

  return {
    // By address; of an IPv6 address, by its network of 64 bits, which is what one machine is given.
    onRefusedKey: limitOf('FAILED_KEYS_PER_MINUTE', {
      limit: failedKeysPerMinute,
      what: 'requests without an accepted key per minute and address',
    }),
    onAcceptedKey: limitOf(
      'REQUESTS_PER_MINUTE',
      { limit: requestsPerMinute, what: 'requests per minute and key' },
      (request) => callerOf(request) ?? '',
    ),
  };
}
