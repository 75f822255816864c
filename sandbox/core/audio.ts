import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { GeneratedAudio } from './sample-file.ts';

/** The source of a recording's bytes: a file, or a generator that makes them while they are sent. */
export type AudioSource = { readonly path: string } | { readonly generate: GeneratedAudio };

/** Facts about a recording's bytes. Hashes are hex. */
export type AudioFacts = {
  readonly sizeBytes: number;
  readonly sha1: string;
  readonly sha256: string;
  readonly mimetype: string;
};

const WAV_HEADER_BYTES = 44;
const BYTES_PER_SAMPLE = 2;
/** Large enough that half a gigabyte is 2,000 blocks, small enough to hold many at once. */
const BLOCK_BYTES = 1 << 18;

/** Streams a recording's bytes; holds one block in memory, however long the recording is. */
export async function* readAudio(source: AudioSource): AsyncGenerator<Buffer> {
  if ('path' in source) {
    yield* createReadStream(source.path) as AsyncIterable<Buffer>;
  } else {
    yield* generateWav(source.generate);
  }
}

/** Reads a recording once to determine its size and hashes. */
export async function describeAudio(source: AudioSource): Promise<AudioFacts> {
  const sha1 = createHash('sha1');
  const sha256 = createHash('sha256');
  let sizeBytes = 0;
  let head: Buffer | null = null;
  for await (const chunk of readAudio(source)) {
    head ??= chunk;
    sha1.update(chunk);
    sha256.update(chunk);
    sizeBytes += chunk.length;
  }
  return {
    sizeBytes,
    sha1: sha1.digest('hex'),
    sha256: sha256.digest('hex'),
    mimetype: mimetypeOf(head),
  };
}

/** Changes when the file does: its path, size and modification time in one string. */
export async function fingerprintOf(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  return `${path} ${size} ${mtimeMs}`;
}

/** The type that the phone system would claim, from the first bytes: it stores only its own recordings. */
function mimetypeOf(head: Buffer | null): string {
  if (head?.subarray(0, 4).toString('latin1') === 'RIFF') {
    return 'audio/x-wav';
  }
  // An MPEG frame begins with eleven set bits; an ID3 tag may precede the first frame.
  const isFrame = head?.[0] === 0xff && ((head[1] ?? 0) & 0xe0) === 0xe0;
  const isMp3 = isFrame || head?.subarray(0, 3).toString('latin1') === 'ID3';
  return isMp3 ? 'audio/mpeg' : 'application/octet-stream';
}

function* generateWav(audio: GeneratedAudio): Generator<Buffer> {
  const frameBytes = audio.channels * BYTES_PER_SAMPLE;
  const dataBytes =
    audio.sizeBytes === undefined
      ? Math.round((audio.seconds ?? 0) * audio.sampleRateHertz) * frameBytes
      : audio.sizeBytes - WAV_HEADER_BYTES;
  yield wavHeader(audio, dataBytes);
  const block = pcmBlock(audio);
  for (let offset = 0, index = 0; offset < dataBytes; offset += block.length, index += 1) {
    // A copy, because the consumer may still hold a chunk when the next one is made.
    const chunk = Buffer.from(block.subarray(0, Math.min(block.length, dataBytes - offset)));
    if (audio.kind === 'noise' && chunk.length >= 4) {
      // With its number in each block, a lost, duplicated or moved block changes the checksum.
      chunk.writeUInt32LE(index);
    }
    yield chunk;
  }
}

function wavHeader(audio: GeneratedAudio, dataBytes: number): Buffer {
  const frameBytes = audio.channels * BYTES_PER_SAMPLE;
  // A WAV header cannot state a size above 4 GiB; recorders write the largest number then.
  const claimedBytes = Math.min(dataBytes, 0xffff_ffff - 36);
  const header = Buffer.alloc(WAV_HEADER_BYTES);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(claimedBytes + 36, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(audio.channels, 22);
  header.writeUInt32LE(audio.sampleRateHertz, 24);
  header.writeUInt32LE(audio.sampleRateHertz * frameBytes, 28);
  header.writeUInt16LE(frameBytes, 32);
  header.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(claimedBytes, 40);
  return header;
}

function pcmBlock({ kind, channels, sampleRateHertz }: GeneratedAudio): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  // Xorshift: pseudo-random and the same on every machine. The seed is any number but zero.
  let state = 0x2545_f491;
  for (let offset = 0; offset < BLOCK_BYTES; offset += BYTES_PER_SAMPLE) {
    if (kind === 'noise') {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      // It rises and falls four times a second, as speech does: in steady noise, nobody can have said anything.
      const seconds = Math.floor(offset / (channels * BYTES_PER_SAMPLE)) / sampleRateHertz;
      const loudness = 0.2 + 0.8 * Math.sin(4 * Math.PI * seconds) ** 2;
      block.writeInt16LE(Math.round((state >> 16) * loudness), offset);
    } else if (kind === 'tone') {
      const frame = Math.floor(offset / (channels * BYTES_PER_SAMPLE));
      // 440 Hz at a quarter of full scale, like a dial tone.
      const angle = (2 * Math.PI * 440 * frame) / sampleRateHertz;
      block.writeInt16LE(Math.round(8192 * Math.sin(angle)), offset);
    }
  }
  return block;
}
