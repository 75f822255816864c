import { ServiceError } from '../../domain/service-error.ts';
import { type Subject, toStorageError } from './errors.ts';

/** Metadata, a page of a list, a small JSON file: an answer later than this comes from a hung server. */
const DEADLINE_MS = 30_000;

/**
 * Runs a small request of the library, which takes neither a signal nor (with its HTTP client) a
 * time limit: a request that is given up is left to itself. `stop` is for what can be stopped.
 *
 * @throws ServiceError STORAGE_… (UNAVAILABLE after 30 seconds); the reason of the signal.
 */
export async function ask<T>(
  subject: Subject,
  signal: AbortSignal,
  work: (stop: AbortSignal) => Promise<T>,
  deadlineMs: number = DEADLINE_MS,
): Promise<T> {
  signal.throwIfAborted();
  const stop = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const onStop = (): void => reject(stop.reason);
  stop.addEventListener('abort', onStop, { once: true });
  try {
    return await Promise.race([work(stop), stopped]);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!stop.aborted) throw toStorageError(error, subject);
    throw new ServiceError(
      'STORAGE_UNAVAILABLE',
      `${subject.what} failed: Cloud Storage did not answer within ${deadlineMs / 1000} seconds; it is tried again.`,
    );
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}

/** Tells whether a failure came from an answer with this HTTP status. */
export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof ServiceError && error.context['status'] === status;
}
