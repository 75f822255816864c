import { CRC32C } from '@google-cloud/storage';

import { hasStatus, type Subject } from './errors.ts';
import type { Transport } from './transport.ts';

const SAVING: Subject = { what: 'Storing an object', notFound: 'STORAGE_BUCKET_NOT_FOUND' };

/**
 * Stores a small JSON text under a name, in one request to the JSON API through the library's
 * authenticated client. The store compares the checksum and refuses damaged content. `false`: the
 * name is taken, and what was there stays.
 *
 * @throws ServiceError STORAGE_…; the reason of the signal.
 */
export async function saveText(
  { request, withDeadline, uploadUrl }: Transport,
  { name, text }: { readonly name: string; readonly text: string },
  signal: AbortSignal,
): Promise<boolean> {
  const bytes = Buffer.from(text);
  const crc32c = new CRC32C();
  crc32c.update(bytes);
  try {
    await withDeadline(SAVING, signal, (limited) =>
      request({
        method: 'POST',
        url: uploadUrl,
        params: { uploadType: 'media', name, ifGenerationMatch: '0' },
        headers: {
          'content-type': 'application/json',
          'x-goog-hash': `crc32c=${crc32c.toString()}`,
        },
        data: bytes,
        signal: limited,
      }),
    );
    return true;
  } catch (error) {
    if (hasStatus(error, 412)) return false;
    throw error;
  }
}
