import { setTimeout as sleep } from 'node:timers/promises';

import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

import { rateLimited } from './errors.ts';

/** A lookup asks for contacts twice and for companies once. */
export const REQUESTS_PER_LOOKUP = 3;

/** A longer wait gives the worker's slot to another call (design: waiting for a rate limit). */
const LONGEST_WAIT_MS = 5_000;

/** How soon a walk looks again whether the lookups that wait have had their turn. */
const LOOK_AGAIN_MS = 50;

export type Limiter = {
  /**
   * Returns when `requests` may be sent; waits up to five seconds in all for one lookup (`waited` is
   * shared by its calls), else throws CONNECTWISE_RATE_LIMITED with the delay.
   */
  admit(requests: number, waited: { ms: number }, signal: AbortSignal): Promise<void>;
  /**
   * Returns when one request of a walk through the directory may be sent, however long that takes: a
   * walk holds one of a worker's many slots, and nobody waits for it.
   */
  admitWalk(signal: AbortSignal): Promise<void>;
};

/**
 * Keeps to `requestsPerMinute` within this process. A lookup is admitted whole, because one that stops
 * half-way has spent requests for nothing; so a window holds at least one lookup, and lasts as long as
 * its requests may take. At 48 requests a minute and more, it lasts about four to five seconds.
 *
 * A walk takes a lookup's worth at a time too, or it would leave parts of windows that fit no lookup;
 * half of the limit at most; and nothing while a lookup waits.
 */
export function createLimiter(requestsPerMinute: number): Limiter {
  const perFiveSeconds = (requestsPerMinute * 5) / 60;
  const lookups = Math.max(1, Math.floor(perFiveSeconds / REQUESTS_PER_LOOKUP));
  const points = lookups * REQUESTS_PER_LOOKUP;
  const duration = (points * 60) / requestsPerMinute;
  const windows = new RateLimiterMemory({ points, duration });
  const walkShare = new RateLimiterMemory({
    points: REQUESTS_PER_LOOKUP,
    duration: (2 * REQUESTS_PER_LOOKUP * 60) / requestsPerMinute,
  });
  let lookupsWaiting = 0;
  let walkCredit = 0;

  return {
    async admit(requests, waited, signal) {
      for (;;) {
        const refusal = await consume(windows, requests);
        if (refusal === null) return;
        // Those refused are counted too, so a crowd is spread over as many windows as it needs.
        const windowsAhead = Math.ceil(refusal.consumedPoints / points) - 2;
        const delayMs = Math.ceil(
          refusal.msBeforeNext + Math.max(0, windowsAhead) * duration * 1000,
        );
        if (waited.ms + delayMs > LONGEST_WAIT_MS) {
          throw rateLimited('the requests of this minute are used up', delayMs);
        }
        waited.ms += delayMs;
        lookupsWaiting += 1;
        try {
          await sleep(delayMs, undefined, { signal });
        } finally {
          lookupsWaiting -= 1;
        }
      }
    },

    async admitWalk(signal) {
      signal.throwIfAborted();
      while (walkCredit === 0) {
        const delayMs = lookupsWaiting > 0 ? LOOK_AGAIN_MS : await takeForWalk();
        if (delayMs > 0) await sleep(delayMs, undefined, { signal });
      }
      walkCredit -= 1;
    },
  };

  /** 0 when a lookup's worth of requests was taken, else the milliseconds until it may be there. */
  async function takeForWalk(): Promise<number> {
    const beyondShare = await consume(walkShare, REQUESTS_PER_LOOKUP);
    const refusal = beyondShare ?? (await consume(windows, REQUESTS_PER_LOOKUP));
    if (refusal === null) {
      walkCredit += REQUESTS_PER_LOOKUP;
      return 0;
    }
    // What was refused must not count: it would push the lookups to come into later windows.
    await walkShare.reward('requests', REQUESTS_PER_LOOKUP);
    if (beyondShare === null) await windows.reward('requests', REQUESTS_PER_LOOKUP);
    return Math.max(LOOK_AGAIN_MS, refusal.msBeforeNext);
  }
}

/** `null` when admitted, else how full the window is and when it ends. */
async function consume(
  limiter: RateLimiterMemory,
  requests: number,
): Promise<RateLimiterRes | null> {
  try {
    await limiter.consume('requests', requests);
    return null;
  } catch (refusal) {
    if (refusal instanceof RateLimiterRes) return refusal;
    throw refusal;
  }
}
