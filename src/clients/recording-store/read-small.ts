import type { Readable } from 'node:stream';

import { readBounded } from '../shared/read-bounded.ts';
import { storageError, type Subject } from './errors.ts';
import type { Transport } from './transport.ts';

export const READING: Subject = { what: 'Reading an object', notFound: 'STORAGE_OBJECT_MISSING' };

/**
 * Reads a small object. The request goes to the JSON API through the library's
 * authenticated client: the library's own download takes no signal, and warns of a listener leak at
 * every read.
 *
 * @throws ServiceError STORAGE_OBJECT_TOO_LARGE, STORAGE_…; the reason of the signal.
 */
export async function readSmall(
  { request, withDeadline, objectUrl }: Transport,
  { name, maxBytes }: { readonly name: string; readonly maxBytes: number },
  signal: AbortSignal,
): Promise<Buffer> {
  const toTooLargeError = () =>
    storageError('STORAGE_OBJECT_TOO_LARGE', READING.what, {
      why: `it has more than ${maxBytes} bytes`,
      context: { maxBytes },
    });
  return withDeadline(READING, signal, async (limited) => {
    const body = await request<Readable>({
      url: objectUrl(name),
      params: { alt: 'media' },
      responseType: 'stream',
      signal: limited,
    });
    return readBounded(body, maxBytes, toTooLargeError);
  });
}
