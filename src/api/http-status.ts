import type { ErrorCode, RequestCode } from '../domain/error-codes.ts';

// Asking again in five seconds is soon enough for a person and late enough for a restart.
export const RETRY_AFTER_SECONDS = 5;

/** Total by type: a new code that a request can meet does not compile until it has a status. */
const REQUEST_STATUS: Readonly<Record<RequestCode, number>> = {
  DATABASE_UNAVAILABLE: 503,
  DATABASE_CONFLICT: 503,
  DATABASE_CREDENTIALS_REFUSED: 503,
  DATABASE_CERTIFICATE_UNTRUSTED: 503,
  DATABASE_TLS_REFUSED: 503,
  DATABASE_POOLER_UNSUITABLE: 503,
  DATABASE_SCHEMA_OUTDATED: 503,
  TEMPORAL_UNAVAILABLE: 503,
  TEMPORAL_NO_WORKER: 503,
  TEMPORAL_CREDENTIALS_REFUSED: 503,
  TEMPORAL_SEARCH_ATTRIBUTES_MISSING: 503,
  STORAGE_UNAVAILABLE: 503,
  STORAGE_RATE_LIMITED: 503,
  STORAGE_PAYMENT_REQUIRED: 503,
  STORAGE_CREDENTIALS_REFUSED: 503,
  STORAGE_BAD_REQUEST: 503,
  STORAGE_OBJECT_MISSING: 404,
  INVALID_INPUT: 400,
  HOST_NOT_SERVED: 421,
  ORIGIN_FOREIGN: 403,
  KEY_REFUSED: 401,
  TOKEN_MISSING: 403,
  HOOK_REFUSED: 401,
  SCOPE_MISSING: 403,
  LIMIT_REACHED: 429,
  GATEWAY_OVERLOADED: 503,
  NOT_FOUND: 404,
  RANGE_NOT_SATISFIABLE: 416,
  RECORDING_NOT_SERVED: 503,
  WAVEFORM_NOT_KNOWN: 404,
  // As for an object that is missing: there is nothing to be had under this path.
  WAVEFORM_UNREADABLE: 404,
  CALL_NOT_OPENED: 404,
  CALL_CONFLICT: 409,
  CALL_IN_PROGRESS: 409,
};

/**
 * The HTTP status of a code. Codes that only a step or a run can meet never reach a client; if one
 * did, that would be a defect of the gateway, which 500 says.
 */
export function toHttpStatus(code: ErrorCode): number {
  const known: Readonly<Partial<Record<ErrorCode, number>>> = REQUEST_STATUS;
  return known[code] ?? 500;
}
