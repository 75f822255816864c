import type { Readable } from 'node:stream';

import type { ServiceError } from '../../domain/service-error.ts';
import { storageError, toRequestError } from './errors.ts';
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
  { name, generation, first, last, idleTimeoutMs, signal }: RangeInput,
): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted();
  const idle = new AbortController();
  const watch = () => setTimeout(() => idle.abort(), idleTimeoutMs);
  let timer = watch();
  const stop = AbortSignal.any([signal, idle.signal]);
  let body: Readable | null = null;
  const onStop = (): void => void body?.destroy(new Error('The reading was stopped.'));
  stop.addEventListener('abort', onStop, { once: true });
  let missing = last - first + 1;
  try {
    const { status, data } = await openStream({
      url: objectUrl(name),
      params: { alt: 'media', generation },
      headers: { range: `bytes=${first}-${last}` },
      signal: stop,
    });
    body = data;
    if (stop.aborted) onStop();
    if (status !== 206)
      throw unexpected('it sent something else than the range that was asked for');
    for await (const chunk of body as AsyncIterable<Buffer>) {
      missing -= chunk.length;
      if (missing < 0) throw unexpected('it sent more than was asked for');
      clearTimeout(timer);
      yield chunk;
      timer = watch();
    }
    if (missing > 0) throw unexpected('its answer broke off');
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (idle.signal.aborted)
      throw unexpected(`it sent nothing for ${idleTimeoutMs / 1000} seconds`);
    throw toRequestError(error, READING);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
    // Ends the request if the reader left before its end.
    body?.destroy();
  }
}

function unexpected(what: string): ServiceError {
  return storageError('STORAGE_UNAVAILABLE', READING.what, { why: `Cloud Storage: ${what}` });
}
