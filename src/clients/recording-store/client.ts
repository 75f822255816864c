import type { Readable } from 'node:stream';
import { Storage } from '@google-cloud/storage';
import { PassThroughClient } from 'google-auth-library';
import { ask, hasStatus } from './transport.ts';
import { nameInBucket, recordingName, toUri } from './object-name.ts';
import { createObjects } from './objects.ts';
import { openObject } from './open.ts';
import { readUpTo } from './read.ts';
import { insertText } from './save-text.ts';
import { save } from './save.ts';
import type { Subject } from './errors.ts';

export type StoredObject = {
  /** `gs://<bucket>/<name>` */
  readonly uri: string;
  readonly generation: string;
  readonly sizeBytes: number;
  /** Whether this call put it there; `false`: the same content was there already. */
  readonly created: boolean;
};

export type RecordingStoreConfig = {
  readonly bucket: string;
  /** `null`: Google's own. An `http://` address is spoken to in plaintext, without credentials. */
  readonly apiEndpoint: string | null;
  readonly projectId: string | null;
};

type SaveRecordingInput = {
  readonly callSid: string;
  readonly extension: string;
  readonly contentType: string;
  /** Read to its end. */
  readonly audio: Readable;
  /** `null`: only if there is no such object. A generation: only over that one. */
  readonly replaceGeneration: string | null;
  readonly signal: AbortSignal;
};

export type RecordingStore = {
  /**
   * Streams audio into `call-recordings/<callSid>.<extension>`. An object there with the same
   * content (crc32c and size) is success, so this may run twice.
   *
   * @throws ServiceError STORAGE_OBJECT_CONFLICT when other content is there, STORAGE_…; the
   * source's own error, after which no object exists; the reason of the signal.
   */
  saveRecording(input: SaveRecordingInput): Promise<StoredObject>;
  /** Deletes this generation of an object; one that is gone or replaced already is fine. */
  deleteObject(uri: string, generation: string, signal: AbortSignal): Promise<void>;
  /** The URIs of all objects whose names begin with the prefix, which is no URI itself. */
  listObjects(prefix: string, signal: AbortSignal): Promise<string[]>;
  /**
   * The text (UTF-8) of a small object.
   *
   * @throws ServiceError STORAGE_OBJECT_MISSING, STORAGE_OBJECT_TOO_LARGE beyond maxBytes, STORAGE_…
   */
  readText(uri: string, maxBytes: number, signal: AbortSignal): Promise<string>;
  /**
   * The bytes of an object of any size, while it is still that generation (`null`: any). Reading
   * throws ServiceError STORAGE_… or the reason of the signal.
   */
  open(uri: string, generation: string | null, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /**
   * Stores a small JSON text under a name. `false`: something lies there already, and stays.
   *
   * @throws ServiceError STORAGE_…
   */
  saveText(name: string, text: string, signal: AbortSignal): Promise<boolean>;
  uriOf(name: string): string;
};

const DELETING: Subject = { what: 'Deleting an object', notFound: 'STORAGE_OBJECT_MISSING' };
const LISTING: Subject = { what: 'Listing objects', notFound: 'STORAGE_BUCKET_NOT_FOUND' };
const SAVING: Subject = { what: 'Storing an object', notFound: 'STORAGE_BUCKET_NOT_FOUND' };
const READING: Subject = { what: 'Reading an object', notFound: 'STORAGE_OBJECT_MISSING' };

/** A client of Google Cloud Storage for one bucket. */
export function createRecordingStore(config: RecordingStoreConfig): RecordingStore {
  const storage = createStorage(config);
  const bucket = storage.bucket(config.bucket);
  const objects = createObjects(storage, config.bucket);
  const uriOf = (name: string): string => toUri(config.bucket, name);

  return {
    uriOf,
    async saveRecording({ callSid, extension, ...input }) {
      const name = recordingName(callSid, extension);
      return { uri: uriOf(name), ...(await save({ ...input, objects, file: bucket.file(name) })) };
    },
    async deleteObject(uri, generation, signal) {
      try {
        await objects.remove(DELETING, nameInBucket(config.bucket, uri), generation, signal);
      } catch (error) {
        // 404: no such object. 412: another generation lies there, and that one was not meant.
        if (!hasStatus(error, 404) && !hasStatus(error, 412)) throw error;
      }
    },
    async listObjects(prefix, signal) {
      return (await objects.list(LISTING, prefix, signal)).map(uriOf);
    },
    async readText(uri, maxBytes, signal) {
      const object = { bucket: config.bucket, name: nameInBucket(config.bucket, uri) };
      return await ask(READING, signal, (stop) => readUpTo(storage, object, maxBytes, stop));
    },
    open(uri, generation, signal) {
      const object = { bucket: config.bucket, name: nameInBucket(config.bucket, uri), generation };
      return openObject(storage, object, READING, signal);
    },
    async saveText(name, text, signal) {
      const object = { bucket: config.bucket, name };
      try {
        await ask(SAVING, signal, (stop) => insertText(storage, object, text, stop));
        return true;
      } catch (error) {
        if (hasStatus(error, 412)) return false;
        throw error;
      }
    },
  };
}

function createStorage({ apiEndpoint, projectId }: RecordingStoreConfig): Storage {
  return new Storage({
    ...(apiEndpoint === null ? {} : { apiEndpoint }),
    ...(projectId === null ? {} : { projectId }),
    ...(apiEndpoint?.startsWith('http://') ? { authClient: new PassThroughClient() } : {}),
    // The library leaves credentials out at any address but Google's own unless told otherwise.
    useAuthWithCustomEndpoint: true,
    // Temporal retries: one mechanism, with every failed attempt in the log. With the library's own
    // retries off, a status it would have retried still has to reach us as that status.
    retryOptions: { autoRetry: false, retryableErrorFn: () => false },
  });
}
