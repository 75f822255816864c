import type { Readable } from 'node:stream';
import type { File } from '@google-cloud/storage';

import type { ServiceError } from '../../domain/service-error.ts';
import { hasCode, storageError } from './errors.ts';
import { type ObjectFacts, type Objects, readObject } from './objects.ts';
import { upload, type Upload } from './upload.ts';
import { ARCHIVING, type Refusal } from './upload-stream.ts';

export type SaveInput = {
  readonly file: File;
  readonly objects: Objects;
  readonly audio: Readable;
  readonly contentType: string;
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
};

export type Saved = {
  readonly generation: string;
  readonly sizeBytes: number;
  readonly created: boolean;
};

/**
 * Uploads unless there is such an object, then compares the stored object with what was sent.
 *
 * @throws ServiceError STORAGE_OBJECT_CONFLICT, STORAGE_OBJECT_PROTECTED or
 * STORAGE_CHECKSUM_MISMATCH; what `upload` throws.
 */
export async function saveRecording(input: SaveInput): Promise<Saved> {
  const { file, objects, signal } = input;
  const sent = await upload(input);
  if ('refused' in sent.outcome) {
    const there = await objects.find(ARCHIVING, file.name, signal);
    if (there === null || !isSame(there, sent))
      throw refusedBecause(sent, sent.outcome.refused, there);
    return { generation: there.generation, sizeBytes: sent.sizeBytes, created: false };
  }
  const stored = readObject(ARCHIVING, sent.outcome.stored);
  const { generation } = stored;
  if (isSame(stored, sent)) return { generation, sizeBytes: sent.sizeBytes, created: true };
  throw storageError('STORAGE_CHECKSUM_MISMATCH', ARCHIVING.what, {
    why: `Cloud Storage received other bytes than were sent; ${await removeDamaged(input, generation)}`,
    context: { receivedBytes: stored.size, sentBytes: sent.sizeBytes },
  });
}

function isSame(stored: ObjectFacts, sent: Upload): boolean {
  return stored.crc32c === sent.crc32c && stored.size === sent.sizeBytes;
}

function refusedBecause(sent: Upload, refused: Refusal, there: ObjectFacts | null): ServiceError {
  const context = {
    thereGeneration: there?.generation ?? null,
    thereBytes: there?.size ?? null,
    sentBytes: sent.sizeBytes,
    sentCrc32c: sent.crc32c,
  };
  if (refused === 'protected') {
    return storageError('STORAGE_OBJECT_PROTECTED', ARCHIVING.what, {
      why: 'a retention policy or a hold keeps the object under its name',
      context,
    });
  }
  return there === null
    ? // The upload was refused because of an object that has been removed since: another writer.
      storageError('STORAGE_UNAVAILABLE', ARCHIVING.what, {
        why: 'the object under its name was removed at the same moment',
      })
    : storageError('STORAGE_OBJECT_CONFLICT', ARCHIVING.what, {
        why: 'another recording already exists under its name',
        context,
      });
}

/** Removes the damaged object and says so; a retention policy of the bucket may keep it. */
async function removeDamaged({ file, objects, signal }: SaveInput, generation: string) {
  try {
    await objects.remove(ARCHIVING, { name: file.name, generation }, signal);
    return 'the object was removed';
  } catch (error) {
    if (!hasCode(error, 'STORAGE_OBJECT_PROTECTED')) throw error;
    return 'a retention policy or a hold keeps the damaged object';
  }
}
