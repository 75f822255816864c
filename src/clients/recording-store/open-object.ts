import type { Readable } from 'node:stream';

import { storageError } from './errors.ts';
import { readBody } from './read-body.ts';
import { READING } from './read-small.ts';
import type { Transport } from './transport.ts';

export type OpenInput = {
  readonly name: string;
  /** The generation that is meant; `null`: any. */
  readonly generation: string | null;
  /** The first byte that is wanted; there has to be one. */
  readonly fromByte: number;
  /** How long the store may send nothing. */
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
};

/**
 * Streams an object of any size, as long as it is still the generation that is meant. The request
 * goes to the JSON API through the library's authenticated client, as for small objects.
 *
 * @throws ServiceError STORAGE_…, at the first piece or between two; the reason of the signal.
 */
export function openObject(
  { request, openStream, objectUrl }: Transport,
  { name, generation, fromByte, ...limits }: OpenInput,
): AsyncGenerator<Uint8Array> {
  const address = {
    url: objectUrl(name),
    params: {
      alt: 'media',
      ...(generation === null ? {} : { ifGenerationMatch: generation }),
    },
  };
  return readBody(async (signal) => {
    if (fromByte === 0) {
      return request<Readable>({ ...address, responseType: 'stream', signal });
    }
    const headers = { range: `bytes=${fromByte}-` };
    const { status, data } = await openStream({ ...address, headers, signal });
    if (status === 206) return data;
    data.destroy();
    const why = 'Cloud Storage: it sent something else than the range that was asked for';
    throw storageError('STORAGE_UNAVAILABLE', READING.what, { why });
  }, limits);
}
