import type { Readable } from 'node:stream';
import type { Storage } from '@google-cloud/storage';
import { ServiceError } from '../../domain/service-error.ts';

/**
 * Reads a small object's text. It goes by the library's authenticated client to the JSON API
 * itself: the library's own download takes no signal, and warns of a listener leak at every read.
 *
 * @throws ServiceError STORAGE_OBJECT_TOO_LARGE; whatever the client throws.
 */
export async function readUpTo(
  storage: Storage,
  object: { readonly bucket: string; readonly name: string },
  maxBytes: number,
  signal: AbortSignal,
): Promise<string> {
  const path = `b/${encodeURIComponent(object.bucket)}/o/${encodeURIComponent(object.name)}`;
  const { data } = await storage.authClient.request<Readable>({
    url: `${storage.apiEndpoint}/storage/v1/${path}`,
    params: { alt: 'media' },
    responseType: 'stream',
    signal,
  });
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of data as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > maxBytes) {
      throw new ServiceError(
        'STORAGE_OBJECT_TOO_LARGE',
        `Reading an object failed: it has more than ${maxBytes} bytes; look at it in the bucket.`,
        { context: { maxBytes } },
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
