import type { HttpReply } from '../core/http-faults.ts';

/** An error with which GCS refuses a request. `reason` is the error's `errors[0].reason`. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, message: string) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** The error for an object that does not exist, with the message of GCS. */
export function noSuchObject(bucket: string, name: string): StorageError {
  return new StorageError(404, 'notFound', `No such object: ${bucket}/${name}`);
}

const KEPT_BECAUSE = {
  retentionPolicyNotMet:
    "Object is subject to the bucket's retention policy and cannot be deleted or overwritten until 2033-01-01T00:00:00Z",
  objectUnderActiveHold:
    'Object is under active Temporary hold and cannot be deleted, overwritten or archived until hold is removed.',
} as const;

/** The error for an object that a retention policy or a hold keeps. */
export function keptObject(reason: keyof typeof KEPT_BECAUSE): StorageError {
  return new StorageError(403, reason, KEPT_BECAUSE[reason]);
}

/** The reason that GCS gives with each status if there is no more specific one. */
const REASONS: Readonly<Record<number, string>> = {
  400: 'invalid',
  401: 'authError',
  403: 'forbidden',
  404: 'notFound',
  412: 'conditionNotMet',
  429: 'rateLimitExceeded',
  500: 'backendError',
  502: 'backendError',
  503: 'backendError',
};

/** An error in the JSON shape of GCS. */
export function toErrorReply(error: StorageError): HttpReply {
  const { status: code, reason, message } = error;
  return {
    status: code,
    headers: { 'content-type': 'application/json; charset=UTF-8' },
    body: JSON.stringify({
      error: { code, message, errors: [{ message, domain: 'global', reason }] },
    }),
  };
}

/** The answer of GCS for a scripted status. */
export function statusReply(status: number): HttpReply {
  const reason = REASONS[status] ?? 'unknown';
  return toErrorReply(
    new StorageError(status, reason, `A scripted fault answered with ${status}.`),
  );
}
