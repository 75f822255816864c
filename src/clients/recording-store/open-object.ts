import type { Readable } from 'node:stream';

import { storageError, toRequestError } from './errors.ts';
import { READING } from './read-small.ts';
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
export async function* openObject(
  { request, objectUrl }: Transport,
  { name, generation, idleTimeoutMs, signal }: OpenInput,
): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted();
  const idle = new AbortController();
  const watch = () => setTimeout(() => idle.abort(), idleTimeoutMs);
  let timer = watch();
  const stop = AbortSignal.any([signal, idle.signal]);
  let body: Readable | null = null;
  const onStop = (): void => void body?.destroy(new Error('The reading was stopped.'));
  stop.addEventListener('abort', onStop, { once: true });
  try {
    body = await request<Readable>({
      url: objectUrl(name),
      params: {
        alt: 'media',
        ...(generation === null ? {} : { ifGenerationMatch: generation }),
      },
      responseType: 'stream',
      signal: stop,
    });
    if (stop.aborted) onStop();
    for await (const chunk of body as AsyncIterable<Buffer>) {
      // A slow reader is fine; only the store has to keep up.
      clearTimeout(timer);
      yield chunk;
      timer = watch();
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!idle.signal.aborted) throw toRequestError(error, READING);
    throw storageError('STORAGE_UNAVAILABLE', READING.what, {
      why: `Cloud Storage sent nothing for ${idleTimeoutMs / 1000} seconds`,
    });
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
  }
}
