import type { Readable } from 'node:stream';

import { type File, Storage } from '@google-cloud/storage';
import { PassThroughClient } from 'google-auth-library';

import { withDeadline } from '../shared/with-deadline.ts';
import { boundedAnswers } from './bounded-answers.ts';
import { storageError, type Subject, toRequestError } from './errors.ts';

export type StorageAddress = {
  readonly bucket: string;
  /** `null`: Google's own. An `http://` address is spoken to in plaintext, without credentials. */
  readonly apiEndpoint: string | null;
  readonly projectId: string | null;
};

type RequestOptions = Parameters<Storage['authClient']['request']>[0];

export type Transport = {
  /** The bucket itself, in Cloud Storage's JSON API. */
  readonly bucketUrl: string;
  /** The collection of the bucket's objects, in Cloud Storage's JSON API. */
  readonly objectsUrl: string;
  /** Where new objects are sent. */
  readonly uploadUrl: string;
  readonly objectUrl: (name: string) => string;
  /** The library's handle of an object, for uploads that go up in pieces. */
  readonly file: (name: string, generation?: string) => File;
  /** Whether requests bring credentials; none are sent to an `http://` address. */
  readonly hasCredentials: boolean;
  /**
   * Sends a request with the library's credentials and returns what the answer holds. Throws
   * whatever the library throws; `toRequestError` translates it.
   */
  readonly request: <T>(options: RequestOptions) => Promise<T>;
  /** The same for an answer that is read as a stream, and whose status matters too. */
  readonly openStream: (
    options: RequestOptions,
  ) => Promise<{ readonly status: number; readonly data: Readable }>;
  /**
   * Runs a request whose answer is small. Throws STORAGE_… (UNAVAILABLE when the time is over); the
   * reason of the caller's signal.
   */
  readonly withDeadline: <T>(
    subject: Subject,
    signal: AbortSignal,
    work: (limited: AbortSignal) => Promise<T>,
  ) => Promise<T>;
};

/** Creates the connection to one bucket. A small request has `requestTimeoutMs` altogether. */
export function createTransport(address: StorageAddress, requestTimeoutMs: number): Transport {
  const storage = createStorage(address);
  const path = `storage/v1/b/${encodeURIComponent(address.bucket)}`;
  const bucketUrl = `${storage.apiEndpoint}/${path}`;
  const objectsUrl = `${bucketUrl}/o`;
  const bucket = storage.bucket(address.bucket);

  return {
    bucketUrl,
    objectsUrl,
    uploadUrl: `${storage.apiEndpoint}/upload/${path}/o`,
    objectUrl: (name) => `${objectsUrl}/${encodeURIComponent(name)}`,
    file: (name, generation) => bucket.file(name, generation === undefined ? {} : { generation }),
    hasCredentials: !isPlaintext(address),

    async request<T>(options: RequestOptions): Promise<T> {
      return (await storage.authClient.request<T>({ ...options, adapter: boundedAnswers })).data;
    },
    openStream: (options) =>
      storage.authClient.request<Readable>({ ...options, responseType: 'stream' }),

    async withDeadline(subject, signal, work) {
      const toTimeoutError = () =>
        storageError('STORAGE_UNAVAILABLE', subject.what, {
          why: `Cloud Storage did not answer within ${requestTimeoutMs / 1000} seconds`,
        });
      const limits = { signal, timeoutMs: requestTimeoutMs, toTimeoutError };
      try {
        return await withDeadline(limits, (limited) => raceAbort(work(limited), limited));
      } catch (error) {
        signal.throwIfAborted();
        throw toRequestError(error, subject);
      }
    },
  };
}

function isPlaintext({ apiEndpoint }: StorageAddress): boolean {
  return apiEndpoint?.startsWith('http://') === true;
}

function createStorage(address: StorageAddress): Storage {
  const { apiEndpoint, projectId } = address;
  return new Storage({
    ...(apiEndpoint === null ? {} : { apiEndpoint }),
    ...(projectId === null ? {} : { projectId }),
    ...(isPlaintext(address) ? { authClient: new PassThroughClient() } : {}),
    // The library sends no credentials to any address but Google's own unless told to.
    useAuthWithCustomEndpoint: true,
    // Temporal retries: one mechanism, with every failed attempt in the log. With the library's own
    // retries off, a status that it would have retried still has to reach us as that status.
    retryOptions: { autoRetry: false, retryableErrorFn: () => false },
  });
}

/**
 * Stops waiting when the signal aborts. A request ends with its signal, but the token that the
 * library may fetch before it does not.
 */
async function raceAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
