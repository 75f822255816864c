import type { Readable } from 'node:stream';
import { CRC32C, type File, type FileMetadata } from '@google-cloud/storage';
import { ServiceError } from '../../domain/service-error.ts';
import { ARCHIVING, watchUpload } from './upload-stream.ts';

/**
 * The audio goes up in pieces, each a request of its own. Only the last piece says how long the
 * object is, so an upload whose source fails can never be taken for a complete one. The library
 * holds about two pieces in memory: 4 MiB (a multiple of 256 KiB, as Google demands) keeps that
 * low, and most recordings go up in one or two requests.
 */
const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * A minute in which neither the source gave a byte nor the store took one is a dead connection:
 * the library sets no limit of its own. The source has its own, shorter one (30 s).
 */
const STALL_MS = 60_000;

export type Upload = {
  /** The object as Cloud Storage knows it; `null` when the precondition failed (HTTP 412). */
  readonly stored: FileMetadata | null;
  /** Of everything the source gave, read to its end also when the precondition failed. */
  readonly sizeBytes: number;
  /** Base64, the form in which Cloud Storage names it. */
  readonly crc32c: string;
};

export type UploadInput = {
  readonly file: File;
  readonly audio: Readable;
  readonly contentType: string;
  /** '0' stands for "only if there is no such object". */
  readonly ifGenerationMatch: string;
  readonly signal: AbortSignal;
};

/** Streams audio into an object. Throws the source's own error, the signal's reason, or a ServiceError. */
export async function upload(input: UploadInput, stallMs: number = STALL_MS): Promise<Upload> {
  const { file, audio, signal } = input;
  signal.throwIfAborted();
  const target = file.createWriteStream({
    resumable: true,
    chunkSize: CHUNK_BYTES,
    // The checksum is computed here, because it is needed after a failed precondition too.
    validation: false,
    contentType: input.contentType,
    metadata: { contentType: input.contentType },
    preconditionOpts: { ifGenerationMatch: input.ifGenerationMatch },
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
      new ServiceError(
        'STORAGE_UNAVAILABLE',
        `${ARCHIVING.what} failed: nothing moved for ${stallMs / 1000} seconds; it is tried again.`,
      ),
    );
  }, stallMs);
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
      stored: outcome === 'stored' ? file.metadata : null,
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
