import type { ErrorCode } from '../../domain/error-codes.ts';
import { ServiceError, type ServiceErrorOptions } from '../../domain/service-error.ts';
import { isAboutMoney, untilPaid } from '../shared/about-money.ts';
import { missingPermission } from '../shared/refused-permission.ts';
import { parseRetryAfter } from '../shared/retry-after.ts';

/** What a request was about. The message of a failure begins with `what` ("Reading an object"). */
export type Subject = {
  readonly what: string;
  /** What 404 means: Cloud Storage does not say whether bucket, object or upload is missing. */
  readonly notFound: 'STORAGE_BUCKET_NOT_FOUND' | 'STORAGE_OBJECT_MISSING' | 'STORAGE_UNAVAILABLE';
};

/** The reasons for which Cloud Storage answers 403 although the credentials are right. */
const QUOTA_REASONS = /^(rateLimitExceeded|userRateLimitExceeded|quotaExceeded)$/;

/** The reasons for which Cloud Storage neither overwrites nor deletes an object, whoever asks. */
const PROTECTION_REASONS = /^(retentionPolicyNotMet|objectUnderActiveHold)$/;

/** The reason for which Cloud Storage refuses a project whose billing is switched off. */
const BILLING_REASONS = /^accountDisabled$/;

/** google-auth-library has no code for this, only the sentence. */
const NO_CREDENTIALS = /could not load the default credentials/i;

type Shape = Readonly<Record<string, unknown>>;

function isShape(value: unknown): value is Shape {
  return typeof value === 'object' && value !== null;
}

/** `what` failed, and `why`: about the exchange, never the words of the other side. */
export function storageError(
  code: ErrorCode,
  what: string,
  { why, ...options }: ServiceErrorOptions & { readonly why: string },
): ServiceError {
  return new ServiceError(code, `${what} failed: ${why}.`, options);
}

/**
 * The HTTP status in an error of the library, which comes in three forms: an ApiError (`code`), a
 * GaxiosError (`status`, `response.status`), and the bare `error` object of a reply's body.
 */
export function statusOf(error: unknown): number | null {
  if (!isShape(error)) return null;
  const response = isShape(error['response']) ? error['response'] : {};
  for (const value of [
    error['code'],
    error['status'],
    response['status'],
    response['statusCode'],
  ]) {
    const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : value;
    if (typeof status === 'number' && status >= 100 && status <= 599) return status;
  }
  return null;
}

/** The words in `errors[].reason`, which may be deep inside the reply that an error carries. */
function reasonsOf(error: unknown): string[] {
  if (!isShape(error)) return [];
  const own = typeof error['reason'] === 'string' ? [error['reason']] : [];
  const inner = Array.isArray(error['errors'])
    ? error['errors']
    : [error['response'], error['data'], error['error']];
  return [...own, ...inner.flatMap(reasonsOf)];
}

/** Tells whether an object was not touched because of a retention policy or a hold. */
export function isProtected(error: unknown): boolean {
  return (
    statusOf(error) === 403 && reasonsOf(error).some((reason) => PROTECTION_REASONS.test(reason))
  );
}

/** Every message in an error of the library, and in the reply that it carries. */
function wordsOf(error: unknown): string[] {
  if (typeof error === 'string') return [error];
  if (!isShape(error)) return [];
  const { message, errors, response, data, error: inner } = error;
  return [message, response, data, inner, ...(Array.isArray(errors) ? errors : [])].flatMap(
    wordsOf,
  );
}

/** What a code says about the answer beyond its status. */
const FACTS: Partial<Record<ErrorCode, string>> = {
  STORAGE_BUCKET_NOT_FOUND: ': there is no such bucket',
  STORAGE_OBJECT_MISSING: ': there is no such object',
  STORAGE_RATE_LIMITED: ': there were too many requests, or a quota is used up',
  STORAGE_PAYMENT_REQUIRED: ': the billing of its project is switched off',
};

function isUnpaid(error: unknown): boolean {
  return (
    reasonsOf(error).some((reason) => BILLING_REASONS.test(reason)) ||
    isAboutMoney(wordsOf(error).join(' '))
  );
}

function codeOf(status: number, error: unknown, notFound: Subject['notFound']): ErrorCode {
  if (status === 404) return notFound;
  if (status === 429) return 'STORAGE_RATE_LIMITED';
  if (status === 403 && reasonsOf(error).some((reason) => QUOTA_REASONS.test(reason)))
    return 'STORAGE_RATE_LIMITED';
  if ((status === 402 || status === 403) && isUnpaid(error)) return 'STORAGE_PAYMENT_REQUIRED';
  if (isProtected(error)) return 'STORAGE_OBJECT_PROTECTED';
  if (status === 401 || status === 403) return 'STORAGE_CREDENTIALS_REFUSED';
  // 410: the upload session no longer exists; the next attempt begins another.
  if (status === 408 || status === 410 || status === 412 || status >= 500)
    return 'STORAGE_UNAVAILABLE';
  return 'STORAGE_BAD_REQUEST';
}

function headersOf(error: unknown): unknown {
  return isShape(error) && isShape(error['response']) ? error['response']['headers'] : null;
}

function retryAfterOf(headers: unknown): number | null {
  if (!isShape(headers)) return null;
  // The library's HTTP client has a Headers class of its own, besides plain objects.
  const get = headers['get'];
  return parseRetryAfter(
    typeof get === 'function' ? get.call(headers, 'retry-after') : headers['retry-after'],
  );
}

/**
 * Translates whatever the library throws. The original error is left out: it contains addresses,
 * headers and the reply's body. `headers` are those of the reply, where the error has none.
 */
export function toRequestError(
  error: unknown,
  { what, notFound }: Subject,
  headers: unknown = headersOf(error),
): ServiceError {
  if (error instanceof ServiceError) return error;
  const status = statusOf(error);
  if (status !== null) {
    const code = codeOf(status, error, notFound);
    const retryAfterMs = retryAfterOf(headers);
    const isOutOfMoney = code === 'STORAGE_PAYMENT_REQUIRED';
    const refused = status === 403 ? missingPermission(wordsOf(error).join(' ')) : '';
    const reason = FACTS[code] ?? refused;
    return storageError(code, what, {
      why: `Cloud Storage answered with HTTP status ${status}${reason}`,
      context: { status },
      retryAfterMs: isOutOfMoney ? untilPaid(retryAfterMs) : retryAfterMs,
    });
  }
  if (error instanceof Error && NO_CREDENTIALS.test(error.message)) {
    const why = 'there are no Google credentials';
    return storageError('STORAGE_CREDENTIALS_REFUSED', what, { why });
  }
  const reason =
    isShape(error) && typeof error['code'] === 'string' && /^[A-Z_]+$/.test(error['code'])
      ? error['code']
      : 'UNKNOWN';
  return storageError('STORAGE_UNAVAILABLE', what, {
    why: `the connection to Cloud Storage broke (${reason})`,
    context: { reason },
  });
}

/** Tells whether a failure came from an answer with this HTTP status. */
export function hasStatus(error: unknown, status: number): boolean {
  return error instanceof ServiceError && error.context['status'] === status;
}

/** Tells whether a failure has this code. */
export function hasCode(error: unknown, code: ErrorCode): error is ServiceError {
  return error instanceof ServiceError && error.code === code;
}
