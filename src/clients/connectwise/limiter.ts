import { setTimeout as sleep } from 'node:timers/promises';

import { queued } from './errors.ts';

/** A lookup asks for contacts twice and for companies once. */
const REQUESTS_PER_LOOKUP = 3;

/** A longer wait would hold one of the worker's slots, so the attempt ends and Temporal waits instead. */
const LONGEST_WAIT_MS = 5_000;

/** For its place, a lookup waits for half of that: when its turn comes, others may still be ahead. */
const LONGEST_WAIT_FOR_PLACE_MS = LONGEST_WAIT_MS / 2;

/** How soon a walk looks again at the earliest: others may have come in between. */
const SHORTEST_WAIT_MS = 50;

/**
 * The queue in which the requests of all workers stand. A place is a time by the queue's own clock, in
 * milliseconds: no request may be sent before it.
 */
export type RequestQueue = {
  /** Takes the place behind all others, for requests that take `durationMs`. */
  take(durationMs: number): Promise<Place>;
  /** How long it takes until this place's turn comes; 0 when it has come. */
  untilTurn(place: number): Promise<number>;
  /**
   * Begins requests that take `durationMs`, once those that were begun before have had their time.
   * Returns how long that takes, or `null`, with nothing begun, when it exceeds `mostMs`.
   */
  begin(durationMs: number, mostMs: number): Promise<number | null>;
  /**
   * Begins requests that have no place, like `begin`, however long that takes; everybody in the queue
   * moves back. Returns how long that takes.
   */
  beginMore(durationMs: number): Promise<number>;
  /**
   * Begins requests of a walk at once, if nobody else is waiting and its share permits it: twice
   * `durationMs` after its previous ones. Returns 0, or how long until that may be so.
   */
  beginWalk(durationMs: number): Promise<number>;
};

type Place = { readonly place: number; readonly waitMs: number };

/** What one lookup has waited for so far, in milliseconds. */
type Waited = { ms: number };

export type Limiter = {
  /**
   * Returns when a lookup may be sent; `place` is what an earlier attempt of it was given, else `null`.
   * Waits up to five seconds; beyond that, throws CONNECTWISE_QUEUED with the delay, and with the place
   * in its context: whoever comes back with it has not lost the time waited.
   */
  admitLookup(place: number | null, signal: AbortSignal): Promise<void>;
  /**
   * Returns when a lookup may send one request more than usual. A lookup that stopped half-way would
   * have spent its requests for nothing, so it goes on after five seconds in all, and everybody else
   * waits for it.
   */
  admitAnother(waited: Waited, signal: AbortSignal): Promise<void>;
  /**
   * Returns when one request of a walk through the directory may be sent, however long that takes: a
   * walk holds one of a worker's many slots, and nobody waits for it.
   */
  admitWalk(signal: AbortSignal): Promise<void>;
};

/**
 * Keeps all workers together within `requestsPerMinute`. A lookup is admitted whole, and in the order in
 * which lookups came. Its place says when to come back; whether it may be sent then depends on what was
 * really sent, because a lookup may need more requests than usual, and because places that come up while
 * no worker runs must not all be used at once afterwards.
 *
 * A walk takes a lookup's worth at a time, half of the limit at most, and nothing while a lookup waits.
 */
export function createLimiter(requestsPerMinute: number, queue: RequestQueue): Limiter {
  const requestMs = 60_000 / requestsPerMinute;
  const lookupMs = REQUESTS_PER_LOOKUP * requestMs;
  let walkCredit = 0;

  return {
    async admitLookup(kept, signal) {
      const { place, waitMs } =
        kept === null
          ? await queue.take(lookupMs)
          : { place: kept, waitMs: await queue.untilTurn(kept) };
      if (waitMs > LONGEST_WAIT_FOR_PLACE_MS) throw queued({ place, waitMs }, requestsPerMinute);
      await sleep(waitMs, undefined, { signal });

      const untilBegun = await queue.begin(lookupMs, LONGEST_WAIT_MS - waitMs);
      if (untilBegun === null) {
        throw queued(await queue.take(lookupMs), requestsPerMinute);
      }
      await sleep(untilBegun, undefined, { signal });
    },

    async admitAnother(waited, signal) {
      const delayMs = Math.min(await queue.beginMore(requestMs), LONGEST_WAIT_MS - waited.ms);
      waited.ms += delayMs;
      await sleep(delayMs, undefined, { signal });
    },

    async admitWalk(signal) {
      signal.throwIfAborted();
      while (walkCredit === 0) {
        const waitMs = await queue.beginWalk(lookupMs);
        if (waitMs === 0) walkCredit = REQUESTS_PER_LOOKUP;
        // Lookups may come meanwhile, so a long wait is checked now and then.
        else
          await sleep(Math.min(Math.max(waitMs, SHORTEST_WAIT_MS), LONGEST_WAIT_MS), undefined, {
            signal,
          });
      }
      walkCredit -= 1;
    },
  };
}
