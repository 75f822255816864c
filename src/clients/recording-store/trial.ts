import { Readable } from 'node:stream';

import type { ServiceError } from '../../domain/service-error.ts';
import type { KeepReply } from '../shared/kept-reply.ts';
import type { Subject } from './errors.ts';
import { nameInBucket, toUri } from './object-name.ts';
import { createObjects, readObject } from './objects.ts';
import { readSmall } from './read-small.ts';
import { removeIfThere } from './remove-if-there.ts';
import { createTransport, type StorageAddress } from './transport.ts';
import { upload } from './upload.ts';
import { ARCHIVING } from './upload-stream.ts';

type TrialAudio = { readonly bytes: Buffer; readonly mimeType: string; readonly extension: string };

export type StoreTrial = {
  /** Where everything that the trial writes lies, and nothing else: a `gs://` URI that ends in a slash. */
  readonly folderUri: string;
  /**
   * Uploads the recording as calls do, and asks for it and for its folder. Resolves with its URI.
   * The upload is never broken off, so that it is certain what there is to delete.
   */
  upload(audio: TrialAudio, keep: KeepReply, signal: AbortSignal): Promise<string>;
  readText(uri: string, signal: AbortSignal): Promise<string>;
  /** Deletes everything in the folder. Returns how many objects that were, or why one is left. */
  removeAll(signal: AbortSignal): Promise<{ readonly removed: number } | ServiceError>;
};

const REQUEST_TIMEOUT_MS = 8_000;
const IDLE_TIMEOUT_MS = 60_000;

/** A few minutes of talk have a few hundred kilobytes. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;

const LOOKING: Subject = {
  what: 'Looking up the test objects',
  notFound: 'STORAGE_OBJECT_MISSING',
};

/** The fields that objects.ts reads. */
const OBJECT = ['generation', 'size', 'crc32c'];
const PAGE = ['kind', 'items[].name', 'nextPageToken'];

/** Creates the requests of one trial of the bucket. `folder` is a name of its own, which ends in a slash. */
export function createStoreTrial(address: StorageAddress, folder: string): StoreTrial {
  const transport = createTransport(address, REQUEST_TIMEOUT_MS);
  const { request, withDeadline, objectUrl, objectsUrl } = transport;
  const objects = createObjects(transport);
  let uploading: Promise<unknown> = Promise.resolve();

  return {
    folderUri: toUri(address.bucket, folder),

    async upload({ bytes, mimeType: contentType, extension }, keep, signal) {
      signal.throwIfAborted();
      const name = `${folder}recording.${extension}`;
      const unbroken = new AbortController().signal;
      const sending = upload({
        file: transport.file(name),
        audio: Readable.from([bytes]),
        contentType,
        idleTimeoutMs: IDLE_TIMEOUT_MS,
        signal: unbroken,
      });
      uploading = sending.catch(() => undefined);
      const { outcome } = await sending;
      const stored = 'stored' in outcome ? outcome.stored : null;
      keep({ operation: 'objects.upload', reply: stored, reads: OBJECT });
      readObject(ARCHIVING, stored);
      signal.throwIfAborted();

      const found = await withDeadline(LOOKING, signal, (limited) =>
        request({ url: objectUrl(name), signal: limited }),
      );
      keep({ operation: 'objects.get', reply: found, reads: OBJECT });
      readObject(LOOKING, found);
      const page = await withDeadline(LOOKING, signal, (limited) =>
        request({ url: objectsUrl, params: { prefix: folder }, signal: limited }),
      );
      keep({ operation: 'objects.list', reply: page, reads: PAGE });
      return toUri(address.bucket, name);
    },

    async readText(uri, signal) {
      const name = nameInBucket(address.bucket, uri);
      const bytes = await readSmall(transport, { name, maxBytes: MAX_TEXT_BYTES }, signal);
      return bytes.toString('utf8');
    },

    async removeAll(signal) {
      await uploading;
      const names = await objects.list(LOOKING, folder, signal);
      for (const name of names) {
        const failure = await removeIfThere(transport, name, signal);
        if (failure !== null) return failure;
      }
      return { removed: names.length };
    },
  };
}
