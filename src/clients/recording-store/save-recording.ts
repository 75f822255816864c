import type { Readable } from 'node:stream';
import type { File } from '@google-cloud/storage';

import { storageError } from './errors.ts';
import { type Objects, readObject } from './objects.ts';
import { upload } from './upload.ts';
import { ARCHIVING } from './upload-stream.ts';

/** Cloud Storage's way to say "only if there is no such object". */
const ABSENT = '0';

export type SaveInput = {
  readonly file: File;
  readonly objects: Objects;
  readonly audio: Readable;
  readonly contentType: string;
  readonly replaceGeneration: string | null;
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
};

export type Saved = {
  readonly generation: string;
  readonly sizeBytes: number;
  readonly created: boolean;
};

/**
 * Uploads under a precondition, then compares the stored object with what was sent.
 *
 * @throws ServiceError STORAGE_OBJECT_CONFLICT or STORAGE_CHECKSUM_MISMATCH; what `upload` throws.
 */
export async function saveRecording(input: SaveInput): Promise<Saved> {
  const { file, objects, signal } = input;
  const ifGenerationMatch = await preconditionOf(input);
  const sent = await upload({ ...input, ifGenerationMatch });
  const stored =
    sent.stored === null
      ? await objects.find(ARCHIVING, file.name, signal)
      : readObject(ARCHIVING, sent.stored);
  if (stored === null) {
    // The upload was refused because of an object that has been removed since: another writer.
    throw storageError('STORAGE_UNAVAILABLE', ARCHIVING.what, {
      why: 'the object under its name was removed at the same moment',
    });
  }
  const { generation } = stored;
  const isSame = stored.crc32c === sent.crc32c && stored.size === sent.sizeBytes;
  if (isSame) return { generation, sizeBytes: sent.sizeBytes, created: sent.stored !== null };
  if (sent.stored === null) {
    throw storageError('STORAGE_OBJECT_CONFLICT', ARCHIVING.what, {
      why: 'another recording already exists under its name',
      context: {
        thereGeneration: generation,
        thereBytes: stored.size,
        sentBytes: sent.sizeBytes,
      },
    });
  }
  await objects.remove(ARCHIVING, { name: file.name, generation }, signal);
  throw storageError('STORAGE_CHECKSUM_MISMATCH', ARCHIVING.what, {
    why: 'Cloud Storage received other bytes than were sent; the object was removed',
    context: { receivedBytes: stored.size, sentBytes: sent.sizeBytes },
  });
}

/** Replacing an object that no longer exists means creating it. */
async function preconditionOf(input: SaveInput): Promise<string> {
  const { file, objects, replaceGeneration, signal } = input;
  if (replaceGeneration === null) return ABSENT;
  const stored = await objects.find(ARCHIVING, file.name, signal);
  return stored === null ? ABSENT : replaceGeneration;
}
