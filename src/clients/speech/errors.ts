import { ServiceError } from '../../domain/service-error.ts';
import type { ErrorCode } from '../../domain/error-codes.ts';

/** The numbers of gRPC's status codes and of google.rpc.Code, which are the same. */
const STATUS_NAMES = [
  'OK',
  'CANCELLED',
  'UNKNOWN',
  'INVALID_ARGUMENT',
  'DEADLINE_EXCEEDED',
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PERMISSION_DENIED',
  'RESOURCE_EXHAUSTED',
  'FAILED_PRECONDITION',
  'ABORTED',
  'OUT_OF_RANGE',
  'UNIMPLEMENTED',
  'INTERNAL',
  'UNAVAILABLE',
  'DATA_LOSS',
  'UNAUTHENTICATED',
] as const;
type StatusName = (typeof STATUS_NAMES)[number];

/** Statuses that the same request will meet again. Whatever is not here may pass. */
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

/** How grpc-js reports that no token could be had; google-auth-library's words for a refused key follow. */
const REFUSED_TOKEN =
  /Getting metadata from plugin failed.*(?:invalid_grant|invalid_client|unauthorized_client|Could not load|Could not refresh)/s;

function statusName(code: unknown): StatusName {
  return (typeof code === 'number' ? STATUS_NAMES[code] : undefined) ?? 'UNKNOWN';
}

/**
 * A failed request as a ServiceError. `notFound` is what NOT_FOUND means for this request. The
 * server's own text is left out: it quotes object names and sometimes more.
 */
export function toRequestError(
  error: unknown,
  what: string,
  notFound: ErrorCode = 'SPEECH_AUDIO_NOT_FOUND',
): ServiceError {
  const { code, message } = readError(error);
  const status = REFUSED_TOKEN.test(message) ? 'UNAUTHENTICATED' : statusName(code);
  const serviceCode = status === 'NOT_FOUND' ? notFound : (LASTING[status] ?? 'SPEECH_UNAVAILABLE');
  return new ServiceError(
    serviceCode,
    `${what} failed: Speech-to-Text answered ${status}; ${advise(serviceCode)}`,
    { context: { status }, cause: error },
  );
}

/**
 * The error that an accepted operation ended with. `operationEnded` tells that asking for it again
 * is useless: only a new submission can succeed.
 */
export function toOperationError(code: unknown): ServiceError {
  return endedError(code, 'The operation', 'SPEECH_OPERATION_FAILED', null);
}

/** The error of our file inside an operation that as such succeeded. */
export function toFileError(code: unknown): ServiceError {
  return endedError(
    code,
    'The recognition of the file',
    'SPEECH_FILE_FAILED',
    'SPEECH_FILE_REFUSED',
  );
}

function endedError(
  code: unknown,
  what: string,
  passing: ErrorCode,
  invalid: ErrorCode | null,
): ServiceError {
  const status = statusName(code);
  const lasting = LASTING[status];
  const serviceCode =
    invalid !== null && lasting === 'SPEECH_INVALID_ARGUMENT' ? invalid : (lasting ?? passing);
  return new ServiceError(
    serviceCode,
    `${what} failed: Speech-to-Text ended it with ${status}; ${advise(serviceCode)}`,
    { context: { status, operationEnded: true } },
  );
}

/** No credentials were found, or their file cannot be read. */
export function toConnectError(error: unknown): ServiceError {
  const { code, message } = readError(error);
  const isNetwork =
    typeof code === 'string' && /^E(?:CONN|NOTFOUND|TIMEDOUT|AI_AGAIN|HOST|NET)/.test(code);
  const serviceCode =
    isNetwork && !/invalid_/.test(message) ? 'SPEECH_UNAVAILABLE' : 'SPEECH_CREDENTIALS_REFUSED';
  return new ServiceError(
    serviceCode,
    `Connecting to Speech-to-Text failed: no credentials could be loaded; ${advise(serviceCode)}`,
    { cause: error },
  );
}

function advise(code: ErrorCode): string {
  switch (code) {
    case 'SPEECH_CREDENTIALS_REFUSED':
      return 'check the service account, its role in the project, and the access of the Speech service agent to the bucket.';
    case 'SPEECH_AUDIO_NOT_FOUND':
      return 'check the bucket, the archived object and the project.';
    case 'SPEECH_OPERATION_LOST':
      return 'the audio has to be submitted again.';
    case 'SPEECH_QUOTA_EXCEEDED':
      return 'wait, or raise the quota of the project.';
    case 'SPEECH_INVALID_ARGUMENT':
      return 'check that location, model and language codes fit each other.';
    case 'SPEECH_FILE_REFUSED':
      return 'listen to the archived recording.';
    default:
      return 'it is tried again.';
  }
}

function readError(error: unknown): { code: unknown; message: string } {
  if (typeof error !== 'object' || error === null) return { code: null, message: '' };
  return {
    code: 'code' in error ? error.code : null,
    message: 'message' in error && typeof error.message === 'string' ? error.message : '',
  };
}
