import { ServiceError } from '../../domain/service-error.ts';
import type { Attempt } from '../step/attempt.ts';

/** A part takes about as long as the one before; twice as long is left for it. */
const RESERVE = 2;

/** The next attempt goes on at once. */
const RETURN_MS = 1_000;

/**
 * The requests of an attempt, one after the other. What an attempt is doing when Temporal ends it is paid
 * for in vain, so it ends by itself while there may be too little time for one more: SPEECH_QUEUED, which
 * counts as waiting and not as a failure.
 */
export function createTurns(attempt: Pick<Attempt, 'timeLeftMs'>) {
  let longestMs = 0;
  return {
    async take<T>(request: () => Promise<T>): Promise<T> {
      if (attempt.timeLeftMs() < longestMs * RESERVE) {
        throw new ServiceError(
          'SPEECH_QUEUED',
          'The time of this attempt is nearly over: the next one sends the rest of the recording.',
          { retryAfterMs: RETURN_MS },
        );
      }
      const begunAt = Date.now();
      const result = await request();
      longestMs = Math.max(longestMs, Date.now() - begunAt);
      return result;
    },
  };
}
