import { randomUUID } from 'node:crypto';

import { z } from 'zod';

import type { ServiceError } from '../../domain/service-error.ts';
import { hasCode, storageError, type Subject } from './errors.ts';
import { readSmall } from './read-small.ts';
import { removeIfThere } from './remove-if-there.ts';
import { saveText } from './save-text.ts';
import { createTransport, type StorageAddress, type Transport } from './transport.ts';

/**
 * What would keep a new object in the bucket. `unknown`: these credentials may not see the bucket's
 * settings, and it holds no object that would show them.
 */
export type Protection = 'none' | 'retention policy' | 'hold' | 'unknown';

/** What became of the test object after it was written and read. */
export type TestObjectEnd =
  | { readonly isRemoved: true }
  /** Why it could not be deleted, and the name under which it is left. */
  | { readonly isRemoved: false; readonly name: string; readonly failure: ServiceError };

type BucketQuestions = {
  /** Whether the bucket is there and may be listed, and what protects its objects. */
  protection(signal: AbortSignal): Promise<Protection>;
  /**
   * Writes a small object of its own, reads it and deletes it, for good also where versions are
   * kept. Once it is written, nothing keeps it from being deleted, not even the signal.
   */
  tryObject(signal: AbortSignal): Promise<TestObjectEnd>;
};

// Two such requests remain when a check is stopped: the writing, which is not broken off, and the deleting.
const REQUEST_TIMEOUT_MS = 8_000;

const ASKING: Subject = { what: 'Asking the bucket', notFound: 'STORAGE_BUCKET_NOT_FOUND' };

// Recordings and transcripts have folders of their own.
const FOLDER = 'preflight/';
const TEXT = '{"about":"A test of npm run preflight, which deletes it again."}';

const bucketSchema = z.object({
  retentionPolicy: z.object({}).nullish(),
  defaultEventBasedHold: z.boolean().nullish(),
});

const firstObjectSchema = z.object({
  kind: z.literal('storage#objects'),
  items: z
    .array(
      z.object({
        retentionExpirationTime: z.string().nullish(),
        eventBasedHold: z.boolean().nullish(),
      }),
    )
    .default([]),
});

/** Creates the questions that are asked of the bucket before the service is started. They throw STORAGE_* codes. */
export function createBucketQuestions(address: StorageAddress): BucketQuestions {
  const transport = createTransport(address, REQUEST_TIMEOUT_MS);
  const { request, withDeadline, bucketUrl, objectsUrl } = transport;

  return {
    async protection(signal) {
      // The list comes first, because every worker needs that right, and not the other one.
      const list = await withDeadline(ASKING, signal, (limited) =>
        request({ url: objectsUrl, params: { maxResults: '1' }, signal: limited }),
      );
      const listed = firstObjectSchema.safeParse(list);
      if (!listed.success) {
        const why = 'what answered is not Cloud Storage, perhaps a proxy';
        throw storageError('STORAGE_UNAVAILABLE', ASKING.what, { why });
      }
      try {
        const bucket = await withDeadline(ASKING, signal, (limited) =>
          request({ url: bucketUrl, signal: limited }),
        );
        const { retentionPolicy, defaultEventBasedHold } = bucketSchema.parse(bucket);
        if (retentionPolicy != null) return 'retention policy';
        return defaultEventBasedHold === true ? 'hold' : 'none';
      } catch (error) {
        if (!hasCode(error, 'STORAGE_CREDENTIALS_REFUSED')) throw error;
      }
      // A policy holds for every object of the bucket, so one of them is enough to see it.
      const [object] = listed.data.items;
      if (object === undefined) return 'unknown';
      if (object.retentionExpirationTime != null) return 'retention policy';
      return object.eventBasedHold === true ? 'hold' : 'none';
    },

    async tryObject(signal) {
      signal.throwIfAborted();
      const name = `${FOLDER}${randomUUID()}.json`;
      // Its own: a request that is broken off might write nevertheless, after it was looked for.
      const unbroken = new AbortController().signal;
      const writing = saveText(transport, { name, text: TEXT }, unbroken);
      const trying = writing.then(() => readBack(transport, name, signal));
      const [written] = await Promise.allSettled([writing, trying]);
      const failure = await removeIfThere(transport, name, unbroken);
      if (written.status === 'fulfilled' && failure !== null) {
        return { isRemoved: false, name, failure };
      }
      await trying;
      return { isRemoved: true };
    },
  };
}

async function readBack(transport: Transport, name: string, signal: AbortSignal): Promise<void> {
  const bytes = await readSmall(transport, { name, maxBytes: TEXT.length }, signal);
  if (bytes.toString('utf8') === TEXT) return;
  const why = 'it does not hold what was written';
  throw storageError('STORAGE_CHECKSUM_MISMATCH', 'Reading the test object', { why });
}
