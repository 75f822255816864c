import type { Readable } from 'node:stream';

import { readBody } from './read-body.ts';
import type { Transport } from './transport.ts';

export type OpenInput = {
  readonly name: string;
  /** The generation that is meant; `null`: any. */
  readonly generation: string | null;
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
  { request, objectUrl }: Transport,
  { name, generation, ...limits }: OpenInput,
): AsyncGenerator<Uint8Array> {
  return readBody(
    (stop) =>
      request<Readable>({
        url: objectUrl(name),
        params: {
          alt: 'media',
          ...(generation === null ? {} : { ifGenerationMatch: generation }),
        },
        responseType: 'stream',
        signal: stop,
      }),
    limits,
  );
}
