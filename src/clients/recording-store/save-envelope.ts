import { CRC32C } from '@google-cloud/storage';

import { hasCode, hasStatus, storageError, type Subject } from './errors.ts';
import { type Objects, readObject } from './objects.ts';
import type { Transport } from './transport.ts';

const SAVING: Subject = { what: 'Storing an envelope', notFound: 'STORAGE_BUCKET_NOT_FOUND' };

export type SaveEnvelopeInput = {
  /** The name of the recording that it belongs to. */
  readonly recordingName: string;
  readonly bytes: Uint8Array;
};

/**
 * Stores an envelope beside its recording, in one request. The same envelope is stored once; another
 * one, which a recording that is gone left behind, stays, and this one gets its checksum in its name.
 *
 * @throws ServiceError STORAGE_…; the reason of the signal.
 */
export async function saveEnvelope(
  transport: Transport,
  objects: Objects,
  { recordingName, bytes }: SaveEnvelopeInput,
  signal: AbortSignal,
): Promise<{ readonly name: string; readonly generation: string }> {
  const crc32c = checksumOf(bytes);
  const version = Buffer.from(crc32c, 'base64').toString('hex');
  for (const name of [`${recordingName}.envelope`, `${recordingName}.${version}.envelope`]) {
    const generation = await saveOnce(transport, { name, bytes, crc32c }, signal);
    if (generation !== null) return { name, generation };
    const there = await objects.find(SAVING, name, signal);
    if (there?.crc32c === crc32c && there.size === bytes.length)
      return { name, generation: there.generation };
  }
  throw storageError('STORAGE_UNAVAILABLE', SAVING.what, {
    why: 'the object under its name was removed at the same moment',
  });
}

/** The generation of the new object; `null` when there is one of this name. */
async function saveOnce(
  { request, withDeadline, uploadUrl }: Transport,
  { name, bytes, crc32c }: { name: string; bytes: Uint8Array; crc32c: string },
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const answer = await withDeadline(SAVING, signal, (limited) =>
      request({
        method: 'POST',
        url: uploadUrl,
        params: { uploadType: 'media', name, ifGenerationMatch: '0' },
        headers: {
          'content-type': 'application/octet-stream',
          'x-goog-hash': `crc32c=${crc32c}`,
        },
        data: Buffer.from(bytes),
        signal: limited,
      }),
    );
    return readObject(SAVING, answer).generation;
  } catch (error) {
    if (hasStatus(error, 412) || hasCode(error, 'STORAGE_OBJECT_PROTECTED')) return null;
    throw error;
  }
}

function checksumOf(bytes: Uint8Array): string {
  const crc32c = new CRC32C();
  crc32c.update(Buffer.from(bytes));
  return crc32c.toString();
}
