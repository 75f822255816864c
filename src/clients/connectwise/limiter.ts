import { setTimeout as sleep } from 'node:timers/promises';

import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

import { rateLimited } from './errors.ts';

/** A lookup asks for contacts twice and for companies once. */
export const REQUESTS_PER_LOOKUP = 3;

/** A longer wait gives the worker's slot to another call (design: waiting for a rate limit). */
const LONGEST_WAIT_MS = 5_000;

export type Limiter = {
  /**
   * Returns when `requests` may be sent; waits up to five seconds in all for one lookup (`waited` is
   * shared by its calls), else throws CONNECTWISE_RATE_LIMITED with the delay.
   */
  admit(requests: number, waited: { ms: number }, signal: AbortSignal): Promise<void>;
};

/**
 * Keeps to `requestsPerMinute` within this process. A lookup is admitted whole, because one that stops
 * half-way has spent requests for nothing; so a window holds at least one lookup, and lasts as long as
 * its requests may take. At 48 requests a minute and more, it lasts about four to five seconds.
 */
export function createLimiter(requestsPerMinute: number): Limiter {
  const perFiveSeconds = (requestsPerMinute * 5) / 60;
  const lookups = Math.max(1, Math.floor(perFiveSeconds / REQUESTS_PER_LOOKUP));
  const points = lookups * REQUESTS_PER_LOOKUP;
  const duration = (points * 60) / requestsPerMinute;
  const windows = new RateLimiterMemory({ points, duration });

  return {
    async admit(requests, waited, signal) {
      for (;;) {
        const delayMs = await tryConsume(requests);
        if (delayMs === 0) return;
        if (waited.ms + delayMs > LONGEST_WAIT_MS) {
          throw rateLimited('the requests of this minute are used up', delayMs);
        }
        waited.ms += delayMs;
        await sleep(delayMs, undefined, { signal });
      }
    },
  };

  /** 0 when admitted, else the milliseconds after which asking again makes sense. */
  async function tryConsume(requests: number): Promise<number> {
    try {
      await windows.consume('requests', requests);
      return 0;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      // Those refused are counted too, so a crowd is spread over as many windows as it needs.
      const windowsAhead = Math.ceil(refusal.consumedPoints / points) - 2;
      return Math.ceil(refusal.msBeforeNext + Math.max(0, windowsAhead) * duration * 1000);
    }
  }
}
