import type { ErrorCode } from '../../domain/error-codes.ts';
import { ServiceError } from '../../domain/service-error.ts';
import { parseRetryAfter } from '../shared/retry-after.ts';

/** A request that got no usable answer. `why` names no URL: the query holds a phone number. */
export function unavailable(why: string, cause?: unknown): ServiceError {
  return new ServiceError(
    'CONNECTWISE_UNAVAILABLE',
    `Asking ConnectWise failed: ${why}; it is tried again.`,
    { cause },
  );
}

export function replyInvalid(why: string): ServiceError {
  return new ServiceError(
    'CONNECTWISE_REPLY_INVALID',
    `Asking ConnectWise failed: ${why}; check CONNECTWISE_URL.`,
  );
}

/** A lookup whose turn under our own limit comes in `retryAfterMs`, and where it stands in the queue. */
export function queued(place: number, retryAfterMs: number): ServiceError {
  return new ServiceError(
    'CONNECTWISE_QUEUED',
    'The lookup waits for its turn: CONNECTWISE_REQUESTS_PER_MINUTE is used up until then.',
    { retryAfterMs: Math.ceil(retryAfterMs), context: { place } },
  );
}

/** ConnectWise's own limit: come back after `retryAfterMs`. */
function rateLimited(why: string, retryAfterMs: number | null): ServiceError {
  return new ServiceError(
    'CONNECTWISE_RATE_LIMITED',
    `Asking ConnectWise failed: ${why}; it is tried again later.`,
    retryAfterMs === null ? {} : { retryAfterMs },
  );
}

/** An answer other than 200 of a list request, as an error. The body is not quoted. */
export function toStatusError(status: number, retryAfter: string | null): ServiceError {
  const retryAfterMs = parseRetryAfter(retryAfter);
  if (status === 429) return rateLimited('it answered 429 (too many requests)', retryAfterMs);

  const { code, why } = explain(status);
  return new ServiceError(code, `Asking ConnectWise failed: it answered ${status}, ${why}`, {
    context: { status },
    ...(retryAfterMs === null ? {} : { retryAfterMs }),
  });
}

function explain(status: number): { code: ErrorCode; why: string } {
  if (status === 401 || status === 403) {
    return {
      code: 'CONNECTWISE_CREDENTIALS_REFUSED',
      why: "it refuses the API member; check the company id, the keys, the client id and the member's rights.",
    };
  }
  if (status === 404) {
    return {
      code: 'CONNECTWISE_CREDENTIALS_REFUSED',
      // A list without matches is 200 with []: the cloud hides wrong credentials behind 404.
      why: 'which for a list means wrong credentials or a wrong address; check CONNECTWISE_URL, the company id and the keys.',
    };
  }
  if (status >= 300 && status < 400) {
    return {
      code: 'CONNECTWISE_REPLY_INVALID',
      why: 'a redirect, which is not followed because it could carry the keys elsewhere; check CONNECTWISE_URL.',
    };
  }
  if (status >= 500 || status === 408 || status === 425) {
    return { code: 'CONNECTWISE_UNAVAILABLE', why: 'it is tried again.' };
  }
  if (status >= 400) {
    return { code: 'CONNECTWISE_BAD_REQUEST', why: 'it refuses the query; report it.' };
  }
  return {
    code: 'CONNECTWISE_REPLY_INVALID',
    why: 'which no list answers; check CONNECTWISE_URL.',
  };
}
