import type { Readable } from 'node:stream';

import { storageError, toRequestError } from './errors.ts';
import { READING } from './read-small.ts';

/**
 * Streams the body of an answer, which `open` asks for with a signal that ends the request. A slow
 * reader is fine; only the store has to keep up: it may send nothing for `idleTimeoutMs`.
 *
 * @throws ServiceError STORAGE_…, at the first piece or between two; the reason of the signal.
 */
export async function* readBody(
  open: (stop: AbortSignal) => Promise<Readable>,
  { idleTimeoutMs, signal }: { readonly idleTimeoutMs: number; readonly signal: AbortSignal },
): AsyncGenerator<Buffer> {
  signal.throwIfAborted();
  const idle = new AbortController();
  const watch = () => setTimeout(() => idle.abort(), idleTimeoutMs);
  let timer = watch();
  const stop = AbortSignal.any([signal, idle.signal]);
  let body: Readable | null = null;
  const onStop = (): void => void body?.destroy(new Error('The reading was stopped.'));
  stop.addEventListener('abort', onStop, { once: true });
  try {
    body = await open(stop);
    if (stop.aborted) onStop();
    for await (const chunk of body as AsyncIterable<Buffer>) {
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
    // Ends the request if the reader left before its end.
    body?.destroy();
  }
}
