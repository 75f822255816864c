import type { Writable } from 'node:stream';

import { isProtected, statusOf, type Subject, toRequestError } from './errors.ts';

const PRECONDITION_FAILED = 412;

/** How failures of an upload are reported. What can be missing is the bucket: the object is yet to come. */
export const ARCHIVING: Subject = {
  what: 'Archiving the recording',
  notFound: 'STORAGE_BUCKET_NOT_FOUND',
};

export type UploadStream = {
  /**
   * Resolves when the stream wants more. Does nothing once the upload was refused.
   *
   * @throws ServiceError STORAGE_… when the upload has failed otherwise.
   */
  write(chunk: Uint8Array): Promise<void>;
  /**
   * Ends the upload. `exists` when the precondition failed and `protected` when a retention policy
   * or a hold keeps what is there, whenever that happened.
   *
   * @throws ServiceError STORAGE_…
   */
  end(): Promise<'stored' | Refusal>;
};

/** Why an upload was refused because of the object that exists under its name. */
export type Refusal = 'exists' | 'protected';

/**
 * Wraps the library's write stream so that being refused because of an existing object is a result,
 * not an error: the caller then reads the rest of its source, to learn whether that object has the
 * same content.
 */
export function watchUpload(target: Writable): UploadStream {
  let failure: { readonly error: unknown } | null = null;
  let wake: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    target.on('error', (error: unknown) => {
      failure = { error };
      wake();
      resolve();
    });
    target.on('finish', () => resolve());
    target.on('close', () => {
      wake();
      resolve();
    });
  });
  target.on('drain', () => wake());
  let hasBegun = false;
  target.on('uri', () => {
    hasBegun = true;
  });
  /** Of the last reply: the library's error does not carry them once an upload has begun. */
  let headers: unknown;
  target.on('response', (reply: { readonly headers: unknown }) => {
    headers = reply.headers;
  });

  function refusal(): Refusal | null {
    if (failure === null) return null;
    if (statusOf(failure.error) === PRECONDITION_FAILED) return 'exists';
    if (isProtected(failure.error)) return 'protected';
    // Once an upload has begun, 404 means that Cloud Storage has forgotten it; a new one may succeed.
    throw toRequestError(
      failure.error,
      hasBegun ? { ...ARCHIVING, notFound: 'STORAGE_UNAVAILABLE' } : ARCHIVING,
      headers,
    );
  }

  return {
    async write(chunk) {
      if (refusal() !== null || target.write(chunk)) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      refusal();
    },
    async end() {
      const refused = refusal();
      if (refused !== null) return refused;
      target.end();
      await closed;
      return refusal() ?? 'stored';
    },
  };
}
