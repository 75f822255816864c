import type { Readable } from 'node:stream';
import { CRC32C, type File, type FileMetadata } from '@google-cloud/storage';
import { storageError } from './errors.ts';
import { ARCHIVING, type Refusal, watchUpload } from './upload-stream.ts';

/**
 * The audio is sent in pieces, each a request of its own. Only the last piece says how long the
 * object is, so an upload whose source fails can never be taken for a complete one. The library
 * holds about two pieces in memory: 4 MiB (a multiple of 256 KiB, as Google demands) keeps that
 * low, and most recordings need one or two requests.
 */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Cloud Storage's way to say "only if there is no such object". */
const ABSENT = '0';

export type Upload = {
  /** The object as Cloud Storage knows it, or why it kept the one that is there. */
  readonly outcome: { readonly stored: FileMetadata } | { readonly refused: Refusal };
  /** Of everything the source gave; it is read to its end even when the upload was refused. */
  readonly sizeBytes: number;
  /** Base64, the form in which Cloud Storage states it. */
  readonly crc32c: string;
};

export type UploadInput = {
  readonly file: File;
  readonly audio: Readable;
  readonly contentType: string;
  /** How long neither the source may give a byte nor the store accept one. */
  readonly idleTimeoutMs: number;
  readonly signal: AbortSignal;
};

/** Streams audio into an object that does not exist yet. Throws the source's own error, the signal's reason, or a ServiceError. */
export async function upload(input: UploadInput): Promise<Upload> {
  const { file, audio, idleTimeoutMs, signal } = input;
  signal.throwIfAborted();
  const target = file.createWriteStream({
    resumable: true,
    chunkSize: CHUNK_BYTES,
    // The checksum is computed here, because it is needed after a failed precondition too.
    validation: false,
    contentType: input.contentType,
    metadata: { contentType: input.contentType },
    preconditionOpts: { ifGenerationMatch: ABSENT },
  });
  const stream = watchUpload(target);
  const stop = (error: unknown): void => {
    audio.destroy(toError(error));
    target.destroy(toError(error));
  };
  const onAbort = (): void => stop(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const stall = setTimeout(() => {
    stop(
      storageError('STORAGE_UNAVAILABLE', ARCHIVING.what, {
        why: `no byte moved for ${idleTimeoutMs / 1000} seconds`,
      }),
    );
  }, idleTimeoutMs);
  target.on('progress', () => stall.refresh());
  const crc32c = new CRC32C();
  let sizeBytes = 0;
  try {
    for await (const chunk of audio as AsyncIterable<Buffer>) {
      stall.refresh();
      crc32c.update(chunk);
      sizeBytes += chunk.length;
      await stream.write(chunk);
    }
    const outcome = await stream.end();
    return {
      outcome: outcome === 'stored' ? { stored: file.metadata } : { refused: outcome },
      sizeBytes,
      crc32c: crc32c.toString(),
    };
  } catch (error) {
    stop(error);
    throw signal.aborted ? signal.reason : error;
  } finally {
    clearTimeout(stall);
    signal.removeEventListener('abort', onAbort);
  }
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('The upload was stopped.', { cause: reason });
}
