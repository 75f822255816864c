import { setTimeout as sleep } from 'node:timers/promises';

import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

import { connectWiseError } from './errors.ts';

/** A lookup requests contacts twice and companies once. */
export const REQUESTS_PER_LOOKUP = 3;

/** A longer wait would hold one of the worker's slots, so the attempt ends and Temporal waits instead. */
const LONGEST_WAIT_MS = 5_000;

/** How often a walk checks whether the waiting lookups have had their turn. */
const POLL_INTERVAL_MS = 50;

export type Limiter = {
  /**
   * Resolves when `requests` may be sent. Waits up to five seconds altogether for one lookup, whose
   * calls share `waited`; beyond that, throws CONNECTWISE_RATE_LIMITED with the delay.
   */
  admit(requests: number, waited: { ms: number }, signal: AbortSignal): Promise<void>;
  /**
   * Resolves when one request of a walk through the directory may be sent, however long that takes:
   * a walk holds one of a worker's many slots, and nobody waits for it.
   */
  admitWalk(signal: AbortSignal): Promise<void>;
};

/**
 * Keeps this process within `requestsPerMinute`. A lookup is admitted as a whole, because one that
 * stopped half-way would have spent requests for nothing. So a window has room for at least one
 * lookup, and lasts as long as its requests may take: four to five seconds from 48 requests a minute.
 *
 * A walk, too, takes a lookup's worth at a time, or it would leave remainders of windows that fit no
 * lookup. It takes at most half of the limit, and nothing while a lookup waits.
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
        // Refused requests are counted too, so a crowd is spread over as many windows as it needs.
        const windowsAhead = Math.ceil(refusal.consumedPoints / points) - 2;
        const delayMs = Math.ceil(
          refusal.msBeforeNext + Math.max(0, windowsAhead) * duration * 1000,
        );
        if (waited.ms + delayMs > LONGEST_WAIT_MS) {
          const why = 'CONNECTWISE_REQUESTS_PER_MINUTE is used up';
          throw connectWiseError('CONNECTWISE_RATE_LIMITED', why, { retryAfterMs: delayMs });
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
        const delayMs = lookupsWaiting > 0 ? POLL_INTERVAL_MS : await takeForWalk();
        if (delayMs > 0) await sleep(delayMs, undefined, { signal });
      }
      walkCredit -= 1;
    },
  };

  /** 0 when a lookup's worth of requests was taken, else the milliseconds until there may be room. */
  async function takeForWalk(): Promise<number> {
    const beyondShare = await consume(walkShare, REQUESTS_PER_LOOKUP);
    const refusal = beyondShare ?? (await consume(windows, REQUESTS_PER_LOOKUP));
    if (refusal === null) {
      walkCredit += REQUESTS_PER_LOOKUP;
      return 0;
    }
    // A refused take must not count: it would push coming lookups into later windows.
    await walkShare.reward('requests', REQUESTS_PER_LOOKUP);
    if (beyondShare === null) await windows.reward('requests', REQUESTS_PER_LOOKUP);
    return Math.max(POLL_INTERVAL_MS, refusal.msBeforeNext);
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
