import type { CallKey } from '../../domain/call.ts';
import type { ErrorCode } from '../../domain/error-codes.ts';
import { ServiceError } from '../../domain/service-error.ts';

type Refusal = { readonly code: ErrorCode; readonly reason: string };

/**
 * The phone system's codes, which are HTTP statuses with its own meanings (402: role, 403: rate
 * plan). They come as the HTTP status and, inside HTTP 200, as the code of an envelope.
 */
const REFUSALS: ReadonlyMap<number, Refusal> = new Map([
  [400, { code: 'PHONE_SYSTEM_BAD_REQUEST', reason: 'the request was called malformed' }],
  [401, { code: 'PHONE_SYSTEM_CREDENTIALS_REFUSED', reason: 'user name or password is wrong' }],
  [
    402,
    { code: 'PHONE_SYSTEM_CREDENTIALS_REFUSED', reason: 'the user lacks the role for recordings' },
  ],
  [403, { code: 'PHONE_SYSTEM_CREDENTIALS_REFUSED', reason: 'the rate plan does not allow it' }],
  [
    404,
    {
      code: 'RECORDING_NOT_FOUND',
      reason: 'there is no such recording, or the recordgroup is wrong',
    },
  ],
  [408, { code: 'PHONE_SYSTEM_UNAVAILABLE', reason: 'the phone system took too long' }],
  [410, { code: 'RECORDING_NOT_FOUND', reason: 'the recording was deleted' }],
  [429, { code: 'PHONE_SYSTEM_RATE_LIMITED', reason: 'there were too many requests' }],
]);

function refusalOf(status: number): Refusal {
  const known = REFUSALS.get(status);
  if (known !== undefined) return known;
  if (status >= 500)
    return { code: 'PHONE_SYSTEM_UNAVAILABLE', reason: 'the phone system has an internal error' };
  if (status >= 400)
    return { code: 'PHONE_SYSTEM_BAD_REQUEST', reason: 'the phone system refused it' };
  if (status >= 300) {
    // A redirect would carry the credentials, which stand in the query, to another address.
    return {
      code: 'PHONE_SYSTEM_REPLY_INVALID',
      reason: 'the answer was a redirect, which is not followed',
    };
  }
  return { code: 'PHONE_SYSTEM_REPLY_INVALID', reason: 'the answer has a code nobody knows' };
}

/** Tells whether a code (HTTP status or envelope code) stands for success. */
export function isSuccess(status: number): boolean {
  return status === 200 || status === 204;
}

/**
 * The failure for a code of the phone system. It says what was asked, because a wrong recordgroup
 * is answered exactly like a deleted recording; it never says with which credentials.
 */
export function toRefusal(
  status: number,
  from: 'http' | 'envelope',
  key: CallKey,
  retryAfterMs: number | null,
): ServiceError {
  const { code, reason } = refusalOf(status);
  const form = key.callSid.includes('.') ? 'with a dot' : 'without a dot';
  return new ServiceError(
    code,
    `Fetching the recording failed: ${reason} (${from === 'http' ? 'HTTP status' : 'code'} ${status}); asked for recordid ${key.recordid} in recordgroup ${key.recordgroup} by a uniqueid ${form}.`,
    {
      context: {
        status,
        from,
        recordgroup: key.recordgroup,
        recordid: key.recordid,
        uniqueidForm: form,
      },
      ...(retryAfterMs === null ? {} : { retryAfterMs }),
    },
  );
}

/**
 * The failure for a connection that was refused, reset, cut, silent or not to be found. The
 * original error is left out: it may hold the address, and the address holds the credentials.
 */
export function toUnreachable(error: unknown): ServiceError {
  const reason =
    error instanceof Error && 'code' in error && typeof error.code === 'string'
      ? error.code
      : 'UNKNOWN';
  return new ServiceError(
    'PHONE_SYSTEM_UNAVAILABLE',
    `Fetching the recording failed: the connection to the phone system broke (${reason}); it is tried again.`,
    { context: { reason } },
  );
}
