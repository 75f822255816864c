import type { ErrorCode } from '../../domain/error-codes.ts';
import { ServiceError, type ServiceErrorOptions } from '../../domain/service-error.ts';
import { parseRetryAfter } from '../shared/retry-after.ts';

/** `why` never names a URL: the query contains a phone number. */
export function connectWiseError(
  code: ErrorCode,
  why: string,
  options: ServiceErrorOptions = {},
): ServiceError {
  return new ServiceError(code, `Asking ConnectWise failed: ${why}.`, options);
}

/** A connection that broke. `what` says how far the request had come. */
export function toConnectionError(error: unknown, what: string): ServiceError {
  const why = `${what} (${networkCodeOf(error)})`;
  return connectWiseError('CONNECTWISE_UNAVAILABLE', why, { cause: error });
}

/**
 * A lookup whose turn under our own limit comes in `retryAfterMs`, and where it stands in the queue.
 */
export function queued(
  { place, waitMs }: { readonly place: number; readonly waitMs: number },
  requestsPerMinute: number,
): ServiceError {
  return new ServiceError(
    'CONNECTWISE_QUEUED',
    `The lookup waits for its turn, because CONNECTWISE_REQUESTS_PER_MINUTE (${requestsPerMinute}) is used up until then.`,
    { retryAfterMs: Math.ceil(waitMs), context: { place } },
  );
}

/** An answer to a list request that is not 200. Its body is not quoted. */
export function toStatusError(status: number, retryAfter: string | null): ServiceError {
  const { code, why } = explain(status);
  return connectWiseError(code, `it answered ${status}${why}`, {
    context: { status },
    retryAfterMs: parseRetryAfter(retryAfter),
  });
}

function explain(status: number): { readonly code: ErrorCode; readonly why: string } {
  if (status === 429) return { code: 'CONNECTWISE_RATE_LIMITED', why: ' (too many requests)' };
  if (status === 401 || status === 403) {
    return { code: 'CONNECTWISE_CREDENTIALS_REFUSED', why: ' and refuses the API member' };
  }
  if (status === 404) {
    return {
      code: 'CONNECTWISE_CREDENTIALS_REFUSED',
      // A list without matches is 200 with []: the cloud hides wrong credentials behind 404.
      why: ', which for a list means wrong credentials or a wrong address',
    };
  }
  if (status >= 300 && status < 400) {
    return {
      code: 'CONNECTWISE_REPLY_INVALID',
      why: ', a redirect, which is not followed because it could carry the keys elsewhere',
    };
  }
  if (status >= 500 || status === 408 || status === 425) {
    return { code: 'CONNECTWISE_UNAVAILABLE', why: '' };
  }
  if (status >= 400) return { code: 'CONNECTWISE_BAD_REQUEST', why: ' and refuses the query' };
  return { code: 'CONNECTWISE_REPLY_INVALID', why: ', which is not an answer to a list request' };
}

/** The system's code (ECONNREFUSED, …); messages may quote the URL and with it the number. */
function networkCodeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null;
  return typeof code === 'string' ? code : 'connection failed';
}
