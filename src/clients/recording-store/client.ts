import type { Readable } from 'node:stream';
import { CRC32C } from '@google-cloud/storage';

import { STORAGE_CODES } from '../../domain/error-codes/storage.ts';
import { located, locateFailures } from '../shared/locate-failures.ts';
import { hasStatus, type Subject } from './errors.ts';
import {
  isInBucket,
  nameInBucket,
  recordingName,
  type RecordingKey,
  toUri,
} from './object-name.ts';
import { createObjects } from './objects.ts';
import { openObject } from './open-object.ts';
import { readSmall } from './read-small.ts';
import { saveEnvelope } from './save-envelope.ts';
import { saveRecording } from './save-recording.ts';
import { saveText } from './save-text.ts';
import { createTransport, type StorageAddress } from './transport.ts';

export type StoredObject = {
  /** `gs://<bucket>/<name>` */
  readonly uri: string;
  readonly generation: string;
  readonly sizeBytes: number;
  /** Whether this call created it; `false`: the same content was there already. */
  readonly created: boolean;
};

/** What tells whether two recordings are the same. */
type Content = {
  readonly sizeBytes: number;
  /** Base64. */
  readonly crc32c: string;
};

export type RecordingStoreConfig = StorageAddress;

type SaveRecordingInput = RecordingKey & {
  readonly contentType: string;
  /** Read to its end. */
  readonly audio: Readable;
  readonly signal: AbortSignal;
};

export type RecordingStore = {
  /**
   * Streams audio into a new object. One that exists under its name with the same content (crc32c
   * and size) is success, so this may run twice. Nothing is ever overwritten.
   *
   * @throws ServiceError STORAGE_OBJECT_CONFLICT when it has other content, STORAGE_OBJECT_PROTECTED
   * when it is also kept by a retention policy or a hold (context: `sentCrc32c`), STORAGE_…,
   * INVALID_INPUT; the source's own error, after which no object exists; the reason of the signal.
   */
  saveRecording(input: SaveRecordingInput): Promise<StoredObject>;
  /** What is stored at a URI; `null` when nothing is, or when it names another bucket. */
  find(uri: string, signal: AbortSignal): Promise<(Content & { generation: string }) | null>;
  /** Reads audio to its end without storing it. Throws the source's own error. */
  measure(audio: Readable): Promise<Content>;
  /** Deletes this generation of an object. Succeeds if it was already deleted or replaced. */
  deleteObject(uri: string, generation: string, signal: AbortSignal): Promise<void>;
  /** The URIs of all objects whose names begin with the prefix, which is a name and not a URI. */
  listObjects(prefix: string, signal: AbortSignal): Promise<string[]>;
  /**
   * The text (UTF-8) of a small object.
   *
   * @throws ServiceError STORAGE_OBJECT_MISSING, STORAGE_OBJECT_TOO_LARGE beyond maxBytes, STORAGE_…
   */
  readText(uri: string, maxBytes: number, signal: AbortSignal): Promise<string>;
  /** The bytes of a small object. Throws like `readText`. */
  readBytes(uri: string, maxBytes: number, signal: AbortSignal): Promise<Buffer>;
  /**
   * Stores the envelope of a recording beside it. May run twice. Nothing is overwritten.
   *
   * @throws ServiceError STORAGE_…
   */
  saveEnvelope(
    recordingUri: string,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<{ readonly uri: string; readonly generation: string }>;
  /**
   * The bytes of an object of any size, while it is still that generation (`null`: any), from `fromByte`
   * on (0 without it), which has to be inside it. Reading throws ServiceError STORAGE_… or the reason of
   * the signal.
   */
  open(
    uri: string,
    generation: string | null,
    signal: AbortSignal,
    fromByte?: number,
  ): AsyncIterable<Uint8Array>;
  /**
   * Stores a small JSON text under a name. `false`: an object of that name exists and is kept.
   *
   * @throws ServiceError STORAGE_…
   */
  saveText(name: string, text: string, signal: AbortSignal): Promise<boolean>;
  /** The URI of the object of this name. */
  uriOf(name: string): string;
};

const DELETING: Subject = { what: 'Deleting an object', notFound: 'STORAGE_OBJECT_MISSING' };
const FINDING: Subject = { what: 'Looking up an object', notFound: 'STORAGE_OBJECT_MISSING' };
const LISTING: Subject = { what: 'Listing objects', notFound: 'STORAGE_BUCKET_NOT_FOUND' };

const TIMEOUTS = {
  /** Metadata, a page of a list, a small JSON file: a later answer comes from a hung server. */
  requestMs: 30_000,
  /**
   * A minute in which the source gave no byte and the store accepted none is a dead connection: the
   * library sets no limit of its own. The source has its own, shorter one (30 s).
   */
  uploadIdleMs: 60_000,
  /** Half a minute without an answer, or between two pieces of one, is a dead connection. */
  readIdleMs: 30_000,
};

/** Creates the client of Google Cloud Storage for one bucket. */
export function createRecordingStore(
  config: RecordingStoreConfig,
  timeouts: Readonly<typeof TIMEOUTS> = TIMEOUTS,
): RecordingStore {
  const transport = createTransport(config, timeouts.requestMs);
  const objects = createObjects(transport);
  const uriOf = (name: string): string => toUri(config.bucket, name);
  const nameOf = (uri: string): string => nameInBucket(config.bucket, uri);
  const at = <T>(uri: string, request: () => Promise<T>): Promise<T> =>
    locateFailures(uri, STORAGE_CODES, request);

  return {
    uriOf,
    async saveRecording({ callSid, extension, version, ...input }) {
      const name = recordingName({ callSid, extension, version });
      const file = transport.file(name);
      const idleTimeoutMs = timeouts.uploadIdleMs;
      const uri = uriOf(name);
      const saved = await at(uri, () => saveRecording({ ...input, objects, file, idleTimeoutMs }));
      return { uri, ...saved };
    },
    async find(uri, signal) {
      if (!isInBucket(config.bucket, uri)) return null;
      const found = await at(uri, () => objects.find(FINDING, nameOf(uri), signal));
      if (found === null) return null;
      const { generation, size: sizeBytes, crc32c } = found;
      return { generation, sizeBytes, crc32c };
    },
    async measure(audio) {
      const crc32c = new CRC32C();
      let sizeBytes = 0;
      for await (const chunk of audio as AsyncIterable<Buffer>) {
        crc32c.update(chunk);
        sizeBytes += chunk.length;
      }
      return { sizeBytes, crc32c: crc32c.toString() };
    },
    async deleteObject(uri, generation, signal) {
      try {
        const named = { name: nameOf(uri), generation };
        await at(uri, () => objects.remove(DELETING, named, signal));
      } catch (error) {
        // 404: no such object. 412: it is another generation, which was not meant.
        if (!hasStatus(error, 404) && !hasStatus(error, 412)) throw error;
      }
    },
    async listObjects(prefix, signal) {
      const names = await at(uriOf(prefix), () => objects.list(LISTING, prefix, signal));
      return names.map(uriOf);
    },
    async readText(uri, maxBytes, signal) {
      const bytes = await at(uri, () =>
        readSmall(transport, { name: nameOf(uri), maxBytes }, signal),
      );
      return bytes.toString('utf8');
    },
    async readBytes(uri, maxBytes, signal) {
      return at(uri, () => readSmall(transport, { name: nameOf(uri), maxBytes }, signal));
    },
    async saveEnvelope(recordingUri, bytes, signal) {
      const input = { recordingName: nameOf(recordingUri), bytes };
      const saved = await at(recordingUri, () => saveEnvelope(transport, objects, input, signal));
      return { uri: uriOf(saved.name), generation: saved.generation };
    },
    async *open(uri, generation, signal, fromByte = 0) {
      const idleTimeoutMs = timeouts.readIdleMs;
      const name = nameOf(uri);
      try {
        yield* openObject(transport, { name, generation, fromByte, idleTimeoutMs, signal });
      } catch (error) {
        throw located(error, uri, STORAGE_CODES);
      }
    },
    async saveText(name, text, signal) {
      return at(uriOf(name), () => saveText(transport, { name, text }, signal));
    },
  };
}
