import { status } from '@grpc/grpc-js';

import type { ErrorCode } from '../../domain/error-codes.ts';
import { ServiceError, type ServiceErrorOptions } from '../../domain/service-error.ts';
import { isAboutMoney, UNTIL_PAID_MS } from '../shared/about-money.ts';
import { missingPermission } from '../shared/refused-permission.ts';

/** The names of gRPC's status codes; those of google.rpc.Code have the same numbers. */
type StatusName = keyof typeof status;

/** Statuses that the same request will meet again. Any other may pass. */
const LASTING: Partial<Record<StatusName, ErrorCode>> = {
  INVALID_ARGUMENT: 'SPEECH_INVALID_ARGUMENT',
  OUT_OF_RANGE: 'SPEECH_INVALID_ARGUMENT',
  FAILED_PRECONDITION: 'SPEECH_INVALID_ARGUMENT',
  UNIMPLEMENTED: 'SPEECH_INVALID_ARGUMENT',
  NOT_FOUND: 'SPEECH_AUDIO_NOT_FOUND',
  PERMISSION_DENIED: 'SPEECH_CREDENTIALS_REFUSED',
  UNAUTHENTICATED: 'SPEECH_CREDENTIALS_REFUSED',
  RESOURCE_EXHAUSTED: 'SPEECH_QUOTA_EXCEEDED',
};

/** With these, Google refuses a project whose billing is switched off or whose money is used up. */
const MONEY_STATUSES: readonly StatusName[] = [
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
];

/** How grpc-js reports that it got no token; google-auth-library's words for a refused key follow. */
const REFUSED_TOKEN =
  /Getting metadata from plugin failed.*(?:invalid_grant|invalid_client|unauthorized_client|Could not load|Could not refresh)/s;

function toStatusName(code: unknown): StatusName {
  const name = typeof code === 'number' ? status[code] : undefined;
  return isStatusName(name) ? name : 'UNKNOWN';
}

function isStatusName(name: string | undefined): name is StatusName {
  return name !== undefined && Object.hasOwn(status, name);
}

/** `what` failed, and `why`: about the exchange, never the words of the other side. */
export function speechError(
  code: ErrorCode,
  what: string,
  { why, ...options }: ServiceErrorOptions & { readonly why: string },
): ServiceError {
  return new ServiceError(code, `${what} failed: ${why}.`, options);
}

/**
 * A failed request as a ServiceError. `notFound` is what NOT_FOUND means for this request. The
 * server's own text is left out: it quotes object names and sometimes more.
 */
export function toRequestError(
  error: unknown,
  { what, notFound = 'SPEECH_AUDIO_NOT_FOUND' }: { what: string; notFound?: ErrorCode },
): ServiceError {
  const { code, message } = readError(error);
  const name = REFUSED_TOKEN.test(message) ? 'UNAUTHENTICATED' : toStatusName(code);
  if (MONEY_STATUSES.includes(name) && isAboutMoney(message)) {
    return speechError('SPEECH_PAYMENT_REQUIRED', what, {
      why: `Speech-to-Text answered ${name}: the billing of the project is switched off or its money is used up`,
      context: { status: name },
      retryAfterMs: UNTIL_PAID_MS,
      cause: error,
    });
  }
  const serviceCode = name === 'NOT_FOUND' ? notFound : (LASTING[name] ?? 'SPEECH_UNAVAILABLE');
  return speechError(serviceCode, what, {
    why: `Speech-to-Text answered ${name}${factOf(serviceCode, name, message)}`,
    context: { status: name },
    cause: error,
  });
}

/** What an answer says beyond its status. */
function factOf(code: ErrorCode, name: StatusName, message: string): string {
  switch (code) {
    case 'SPEECH_INVALID_ARGUMENT':
      return ': location, model, languages and audio do not fit each other';
    case 'SPEECH_QUOTA_EXCEEDED':
      return ': there were too many requests, or a quota is used up';
    default:
      return name === 'PERMISSION_DENIED' ? missingPermission(message) : '';
  }
}

/** The error with which an accepted operation ended. */
export function toOperationError(code: unknown): ServiceError {
  const name = toStatusName(code);
  return endedError('The operation', name, LASTING[name] ?? 'SPEECH_OPERATION_FAILED');
}

/** The error of our file inside an operation that succeeded as such. */
export function toFileError(code: unknown): ServiceError {
  const name = toStatusName(code);
  const lasting = LASTING[name] ?? 'SPEECH_FILE_FAILED';
  return endedError(
    'The recognition of the file',
    name,
    lasting === 'SPEECH_INVALID_ARGUMENT' ? 'SPEECH_FILE_REFUSED' : lasting,
  );
}

/** `operationEnded` says that polling is useless from now on: only a new submission can succeed. */
function endedError(what: string, name: StatusName, code: ErrorCode): ServiceError {
  return speechError(code, what, {
    why: `Speech-to-Text ended it with ${name}`,
    context: { status: name, operationEnded: true },
  });
}

/** A client that could not be started: credentials are missing or unreadable, or the network is down. */
export function toConnectionError(error: unknown): ServiceError {
  const { code, message } = readError(error);
  const isNetwork =
    typeof code === 'string' && /^E(?:CONN|NOTFOUND|TIMEDOUT|AI_AGAIN|HOST|NET)/.test(code);
  return speechError(
    isNetwork && !/invalid_/.test(message) ? 'SPEECH_UNAVAILABLE' : 'SPEECH_CREDENTIALS_REFUSED',
    'Connecting to Speech-to-Text',
    { why: 'no Google credentials could be loaded', cause: error },
  );
}

function readError(error: unknown): { code: unknown; message: string } {
  if (typeof error !== 'object' || error === null) return { code: null, message: '' };
  return {
    code: 'code' in error ? error.code : null,
    message: 'message' in error && typeof error.message === 'string' ? error.message : '',
  };
}
