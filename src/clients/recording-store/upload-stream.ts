import type { Writable } from 'node:stream';

import { statusOf, type Subject, toRequestError } from './errors.ts';

const PRECONDITION_FAILED = 412;

/** How failures of an upload are reported. What can be missing is the bucket: the object is yet to come. */
export const ARCHIVING: Subject = {
  what: 'Archiving the recording',
  notFound: 'STORAGE_BUCKET_NOT_FOUND',
};

export type UploadStream = {
  /**
   * Resolves when the stream wants more. Does nothing once the precondition has failed.
   *
   * @throws ServiceError STORAGE_… when the upload has failed otherwise.
   */
  write(chunk: Uint8Array): Promise<void>;
  /**
   * Ends the upload; `refused` when the precondition failed, whenever that happened.
   *
   * @throws ServiceError STORAGE_…
   */
  end(): Promise<'stored' | 'refused'>;
};

/**
 * Wraps the library's write stream so that a failed precondition is a result, not an error: the
 * caller then reads the rest of its source, to learn whether the existing object has the same content.
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

  function isRefused(): boolean {
    if (failure === null) return false;
    if (statusOf(failure.error) === PRECONDITION_FAILED) return true;
    // Once an upload has begun, 404 means that Cloud Storage has forgotten it; a new one may succeed.
    throw toRequestError(
      failure.error,
      hasBegun ? { ...ARCHIVING, notFound: 'STORAGE_UNAVAILABLE' } : ARCHIVING,
      headers,
    );
  }

  return {
    async write(chunk) {
      if (isRefused() || target.write(chunk)) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      isRefused();
    },
    async end() {
      if (isRefused()) return 'refused';
      target.end();
      await closed;
      return isRefused() ? 'refused' : 'stored';
    },
  };
}
