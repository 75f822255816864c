import { randomInt } from 'node:crypto';

import PQueue from 'p-queue';

/** How long all waits of one attempt may take together; what it has waited is taken off. */
export type Patience = { leftMs: number };

type Waiter = { readonly signal: AbortSignal; readonly patience: Patience };

/** The places of a system that takes only so many requests at once, counted in this process. */
export type Places = {
  /**
   * Does the work once a place is free, first come, first served, and frees the place when the work
   * has ended. Throws the error for those who wait in vain when the line or the wait is too long,
   * and the signal's reason when it aborts the wait; nothing has been done then.
   */
  hold<T>(work: () => Promise<T>, waiter: Waiter): Promise<T>;
};

/**
 * Waiting holds one of the worker's hundred activities. The lines for transcription and language
 * model together leave 40 of them to all other steps.
 */
const LONGEST_LINE = 30;

/**
 * When to come back. At random, so that of thousands who were sent away at once some come all the
 * time, and no place stays free until the next rush.
 */
const SOONEST_RETURN_MS = 30_000;
const LATEST_RETURN_MS = 90_000;

/** Creates the places: `atOnce` of them, or no limit for `null`. */
export function createPlaces(
  atOnce: number | null,
  /** The error for who waits in vain, given when to come back. */
  toQueuedError: (retryAfterMs: number) => Error,
): Places {
  if (atOnce === null) return { hold: (work) => work() };

  const queue = new PQueue({ concurrency: atOnce });
  const sendAway = () => toQueuedError(randomInt(SOONEST_RETURN_MS, LATEST_RETURN_MS));

  return {
    async hold(work, { signal, patience }) {
      signal.throwIfAborted();
      if (queue.size >= LONGEST_LINE) throw sendAway();
      // Ends the wait alone. The work has the caller's signal, and keeps its place until it has ended.
      const wait = new AbortController();
      const abort = () => wait.abort(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      const timer = setTimeout(() => wait.abort(sendAway()), Math.max(0, patience.leftMs));
      const begunAt = performance.now();
      const endWait = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
        patience.leftMs -= performance.now() - begunAt;
      };
      let isWaiting = true;
      try {
        return await queue.add(
          () => {
            isWaiting = false;
            endWait();
            return work();
          },
          { signal: wait.signal },
        );
      } finally {
        if (isWaiting) endWait();
      }
    },
  };
}
