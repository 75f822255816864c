import type { Readable } from 'node:stream';
import type { File } from '@google-cloud/storage';
import { ServiceError } from '../../domain/service-error.ts';
import { type Objects, readObject } from './objects.ts';
import { upload } from './upload.ts';
import { ARCHIVING } from './upload-stream.ts';

/** What Cloud Storage calls "only if there is no such object". */
const ABSENT = '0';

export type SaveInput = {
  readonly file: File;
  readonly objects: Objects;
  readonly audio: Readable;
  readonly contentType: string;
  readonly replaceGeneration: string | null;
  readonly signal: AbortSignal;
};

export type Saved = {
  readonly generation: string;
  readonly sizeBytes: number;
  readonly created: boolean;
};

/**
 * Uploads under a precondition, then compares what is there with what was sent.
 *
 * @throws ServiceError STORAGE_OBJECT_CONFLICT or STORAGE_CHECKSUM_MISMATCH; what `upload` throws.
 */
export async function save(input: SaveInput): Promise<Saved> {
  const { file, objects, signal } = input;
  const ifGenerationMatch = await preconditionOf(input);
  const sent = await upload({ ...input, ifGenerationMatch });
  const there =
    sent.stored === null
      ? await objects.find(ARCHIVING, file.name, signal)
      : readObject(ARCHIVING, sent.stored);
  if (there === null) {
    // Refused because of an object that is gone a moment later: somebody else is at work.
    throw new ServiceError(
      'STORAGE_UNAVAILABLE',
      'Archiving the recording failed: the object under its name was removed at that moment; it is tried again.',
    );
  }
  const { generation } = there;
  const isSame = there.crc32c === sent.crc32c && there.size === sent.sizeBytes;
  if (isSame) return { generation, sizeBytes: sent.sizeBytes, created: sent.stored !== null };
  if (sent.stored === null) {
    throw new ServiceError(
      'STORAGE_OBJECT_CONFLICT',
      'Archiving the recording failed: another recording already lies under its name; compare the two before one of them is moved away.',
      {
        context: {
          thereGeneration: generation,
          thereBytes: there.size,
          sentBytes: sent.sizeBytes,
        },
      },
    );
  }
  await objects.remove(ARCHIVING, file.name, generation, signal);
  throw new ServiceError(
    'STORAGE_CHECKSUM_MISMATCH',
    'Archiving the recording failed: Cloud Storage received other bytes than were sent; the object was removed and it is tried again.',
    { context: { receivedBytes: there.size, sentBytes: sent.sizeBytes } },
  );
}

/** To replace an object that is gone meanwhile is to create it. */
async function preconditionOf(input: SaveInput): Promise<string> {
  const { file, objects, replaceGeneration, signal } = input;
  if (replaceGeneration === null) return ABSENT;
  const there = await objects.find(ARCHIVING, file.name, signal);
  return there === null ? ABSENT : replaceGeneration;
}
