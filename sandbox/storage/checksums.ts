import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { crc32c } from '@node-rs/crc32';

/** An object's checksums: crc32c and md5Hash in base64 as GCS writes them, sha256 in hex. */
export type Checksums = {
  readonly crc32c: string;
  readonly md5Hash: string;
  readonly sha256: string;
  readonly size: number;
};

/** Large enough that half a gigabyte takes only 500 reads. */
const READ_BYTES = 1 << 20;

/** Reads a file once and returns its size and checksums. */
export async function checksumsOf(path: string): Promise<Checksums> {
  const md5 = createHash('md5');
  const sha256 = createHash('sha256');
  let crc = 0;
  let size = 0;
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: READ_BYTES });
  for await (const chunk of chunks) {
    md5.update(chunk);
    sha256.update(chunk);
    crc = crc32c(chunk, crc);
    size += chunk.length;
  }
  const crcBytes = Buffer.alloc(4);
  crcBytes.writeUInt32BE(crc);
  return {
    crc32c: crcBytes.toString('base64'),
    md5Hash: md5.digest('base64'),
    sha256: sha256.digest('hex'),
    size,
  };
}
