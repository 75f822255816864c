import type { Readable } from 'node:stream';
import type { Storage } from '@google-cloud/storage';
import { ServiceError } from '../../domain/service-error.ts';
import { type Subject, toStorageError } from './errors.ts';

/** Half a minute without an answer, or between two pieces of one, is a dead connection. */
const IDLE_MS = 30_000;

/**
 * Streams an object of any size, as long as it is still the generation that is meant. By the
 * library's authenticated client to the JSON API itself, as small objects are (see read.ts).
 *
 * @throws ServiceError STORAGE_…, at the first piece or between two; the reason of the signal.
 */
export async function* openObject(
  storage: Storage,
  object: { readonly bucket: string; readonly name: string; readonly generation: string | null },
  subject: Subject,
  signal: AbortSignal,
  idleMs: number = IDLE_MS,
): AsyncGenerator<Uint8Array> {
  signal.throwIfAborted();
  const idle = new AbortController();
  const watch = () => setTimeout(() => idle.abort(), idleMs);
  let timer = watch();
  const stop = AbortSignal.any([signal, idle.signal]);
  const path = `b/${encodeURIComponent(object.bucket)}/o/${encodeURIComponent(object.name)}`;
  let data: Readable | null = null;
  const onStop = (): void => void data?.destroy(new Error('The reading was stopped.'));
  stop.addEventListener('abort', onStop, { once: true });
  try {
    ({ data } = await storage.authClient.request<Readable>({
      url: `${storage.apiEndpoint}/storage/v1/${path}`,
      params: {
        alt: 'media',
        ...(object.generation === null ? {} : { ifGenerationMatch: object.generation }),
      },
      responseType: 'stream',
      signal: stop,
    }));
    if (stop.aborted) onStop();
    for await (const chunk of data as AsyncIterable<Buffer>) {
      // Who reads may take its time over a piece; only the store has to keep up.
      clearTimeout(timer);
      yield chunk;
      timer = watch();
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (!idle.signal.aborted) throw toStorageError(error, subject);
    throw new ServiceError(
      'STORAGE_UNAVAILABLE',
      `${subject.what} failed: Cloud Storage sent nothing for ${idleMs / 1000} seconds; it is tried again.`,
    );
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', onStop);
  }
}
