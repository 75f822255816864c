import type { CallKey } from '../../domain/call.ts';
import type { ErrorCode } from '../../domain/error-codes.ts';
import { ServiceError, type ServiceErrorOptions } from '../../domain/service-error.ts';

type Refusal = { readonly code: ErrorCode; readonly why: string };

/**
 * The phone system's codes, which are HTTP statuses with meanings of its own (402: role, 403: rate
 * plan). They come as the HTTP status or, inside HTTP 200, as the code of an envelope.
 */
const REFUSALS: ReadonlyMap<number, Refusal> = new Map([
  [400, { code: 'PHONE_SYSTEM_BAD_REQUEST', why: 'it called the request malformed' }],
  [
    401,
    { code: 'PHONE_SYSTEM_CREDENTIALS_REFUSED', why: 'the user name or the password is wrong' },
  ],
  [
    402,
    { code: 'PHONE_SYSTEM_CREDENTIALS_REFUSED', why: 'the user lacks the role for recordings' },
  ],
  [403, { code: 'PHONE_SYSTEM_CREDENTIALS_REFUSED', why: 'the rate plan does not allow it' }],
  [
    404,
    { code: 'RECORDING_NOT_FOUND', why: 'there is no such recording, or the recordgroup is wrong' },
  ],
  [408, { code: 'PHONE_SYSTEM_UNAVAILABLE', why: 'the phone system took too long' }],
  [410, { code: 'RECORDING_NOT_FOUND', why: 'the recording was deleted' }],
  [429, { code: 'PHONE_SYSTEM_RATE_LIMITED', why: 'there were too many requests' }],
]);

function refusalOf(status: number): Refusal {
  const known = REFUSALS.get(status);
  if (known !== undefined) return known;
  if (status >= 500)
    return { code: 'PHONE_SYSTEM_UNAVAILABLE', why: 'the phone system has an internal error' };
  if (status >= 400)
    return { code: 'PHONE_SYSTEM_BAD_REQUEST', why: 'the phone system refused the request' };
  if (status >= 300) {
    // A redirect would carry the credentials, which are in the query, to another address.
    return {
      code: 'PHONE_SYSTEM_REPLY_INVALID',
      why: 'the answer was a redirect, which is not followed',
    };
  }
  return { code: 'PHONE_SYSTEM_REPLY_INVALID', why: 'the answer has an unknown code' };
}

/** Tells whether a code (HTTP status or envelope code) stands for success. */
export function isSuccess(status: number): boolean {
  return status === 200 || status === 204;
}

/** `why` is about the exchange and never contains the address: the credentials are part of it. */
export function phoneSystemError(
  code: ErrorCode,
  why: string,
  options: ServiceErrorOptions = {},
): ServiceError {
  return new ServiceError(code, `Fetching the recording failed: ${why}.`, options);
}

/**
 * The failure for a code of the phone system. It says what was asked for, because a wrong
 * recordgroup is answered exactly like a deleted recording; it never says with which credentials.
 */
export function toStatusError(
  status: number,
  key: CallKey,
  { from, retryAfterMs = null }: { from: 'http' | 'envelope'; retryAfterMs?: number | null },
): ServiceError {
  const { code, why } = refusalOf(status);
  const uniqueidForm = key.callSid.includes('.') ? 'with a dot' : 'without a dot';
  const { recordgroup, recordid } = key;
  return phoneSystemError(
    code,
    `${why} (${from === 'http' ? 'HTTP status' : 'code'} ${status}); the request was for recordid ${recordid} in recordgroup ${recordgroup} by a uniqueid ${uniqueidForm}`,
    { context: { status, from, recordgroup, recordid, uniqueidForm }, retryAfterMs },
  );
}

/**
 * The failure for a connection that was refused, reset, cut or silent, or whose host is unknown. The
 * original error is left out: it may contain the address, and the address contains the credentials.
 */
export function toConnectionError(error: unknown): ServiceError {
  const reason =
    error instanceof Error && 'code' in error && typeof error.code === 'string'
      ? error.code
      : 'UNKNOWN';
  return phoneSystemError(
    'PHONE_SYSTEM_UNAVAILABLE',
    `the connection to the phone system broke (${reason})`,
    { context: { reason } },
  );
}
