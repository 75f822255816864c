import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { StorageError } from './storage-error.ts';

/** Enough for the first part, which contains only an object's metadata. */
const HEAD_BYTES = 128 * 1024;

/**
 * Splits a received `multipart/related` body into the metadata's JSON text and the media.
 *
 * @throws StorageError 400 if the file has another form.
 */
export async function readMultipart(
  path: string,
  contentType: string,
): Promise<{ metadata: string; mediaType: string; media: AsyncIterable<Uint8Array> }> {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  if (boundary === undefined) {
    throw malformed('the content type has no boundary');
  }
  const { head, size, tail } = await readEnds(path, boundary.length + 16);
  // Latin-1 has one character per byte, so positions in the text are positions in the bytes.
  const text = head.toString('latin1');
  const delimiter = `\r\n--${boundary}`;
  const firstPart = text.indexOf(`--${boundary}\r\n`) + boundary.length + 4;
  const firstBody = text.indexOf('\r\n\r\n', firstPart - 2) + 4;
  const secondPart = text.indexOf(`${delimiter}\r\n`, firstBody - 2);
  const mediaStart = text.indexOf('\r\n\r\n', secondPart + delimiter.length) + 4;
  if (firstPart < boundary.length + 4 || firstBody < 4 || secondPart < 0 || mediaStart < 4) {
    throw malformed('it does not begin with two parts');
  }
  const closing = tail.toString('latin1').lastIndexOf(`${delimiter}--`);
  if (closing < 0) {
    throw malformed('the last boundary is missing');
  }
  const mediaEnd = size - tail.length + closing;
  const mediaHeaders = text.slice(secondPart, mediaStart);
  return {
    metadata: head.subarray(firstBody, secondPart).toString('utf8'),
    mediaType: /content-type:\s*([^\r\n]+)/i.exec(mediaHeaders)?.[1] ?? 'application/octet-stream',
    // The end of a read stream is inclusive, so it cannot express an empty range.
    media:
      mediaEnd > mediaStart
        ? createReadStream(path, { start: mediaStart, end: mediaEnd - 1 })
        : emptyMedia(),
  };
}

async function* emptyMedia(): AsyncGenerator<Uint8Array> {}

async function readEnds(
  path: string,
  tailBytes: number,
): Promise<{ head: Buffer; tail: Buffer; size: number }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(Math.min(HEAD_BYTES, size));
    await file.read(head, 0, head.length, 0);
    const tail = Buffer.alloc(Math.min(tailBytes, size));
    await file.read(tail, 0, tail.length, size - tail.length);
    return { head, tail, size };
  } finally {
    await file.close();
  }
}

function malformed(why: string): StorageError {
  return new StorageError(400, 'badRequest', `Malformed multipart body: ${why}.`);
}
