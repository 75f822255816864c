import type { ServiceError } from '../../domain/service-error.ts';
import { storageError } from './errors.ts';
import { readBody } from './read-body.ts';
import { READING } from './read-small.ts';
import type { Transport } from './transport.ts';

export type RangeInput = {
  readonly name: string;
  /** The generation that is meant, also if it is no longer the current one. */
  readonly generation: string;
  /** The first and the last byte that are wanted. */
  readonly first: number;
  readonly last: number;
  /** How long the store may send nothing. */
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
};

/**
 * Streams a range of one generation of an object: exactly the bytes that were asked for, or an error.
 * A slow reader is fine; only the store has to keep up.
 *
 * @throws ServiceError STORAGE_…, at the first piece or between two; the reason of the signal.
 */
export async function* readRange(
  { openStream, objectUrl }: Transport,
  { name, generation, first, last, ...limits }: RangeInput,
): AsyncGenerator<Uint8Array> {
  const open = async (signal: AbortSignal) => {
    const { status, data } = await openStream({
      url: objectUrl(name),
      params: { alt: 'media', generation },
      headers: { range: `bytes=${first}-${last}` },
      signal,
    });
    if (status === 206) return data;
    data.destroy();
    throw unexpected('it sent something else than the range that was asked for');
  };
  let missing = last - first + 1;
  for await (const chunk of readBody(open, limits)) {
    missing -= chunk.length;
    if (missing < 0) throw unexpected('it sent more than was asked for');
    yield chunk;
  }
  if (missing > 0) throw unexpected('its answer broke off');
}

function unexpected(what: string): ServiceError {
  return storageError('STORAGE_UNAVAILABLE', READING.what, { why: `Cloud Storage: ${what}` });
}
