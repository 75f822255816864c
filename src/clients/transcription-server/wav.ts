/** Where the samples of a WAV file lie and how they are kept. */
export type WavLayout = {
  /** The format's number: 1 PCM, 3 floating point, 6 A-law, 7 µ-law. */
  readonly format: SplittableFormat;
  readonly channels: number;
  readonly sampleRateHertz: number;
  readonly bytesPerSample: number;
  /** Where the first sample begins. */
  readonly dataOffset: number;
  /** Of whole frames (a sample of each channel). */
  readonly dataBytes: number;
};

/** Formats in which every sample is a byte or a few, so that channels can be told apart by position. */
const SPLITTABLE = [1, 3, 6, 7] as const;
type SplittableFormat = (typeof SPLITTABLE)[number];

/** The number then stands at the beginning of the format's GUID. */
const EXTENSIBLE = 0xfffe;

/** What a WAV file of `sizeBytes` begins with must be in its first bytes, as recorders write it. */
export const WAV_HEAD_BYTES = 64 * 1024;

/**
 * Reads the layout from a file's first bytes (RIFF, "Multimedia Programming Interface" 1991).
 * `null` for anything whose channels cannot be told apart by position: other files, and WAV files
 * with a codec that packs samples, as GSM 6.10 and ADPCM do.
 */
export function readWavLayout(head: Buffer, sizeBytes: number): WavLayout | null {
  if (head.toString('latin1', 0, 4) !== 'RIFF' || head.toString('latin1', 8, 12) !== 'WAVE') {
    return null;
  }
  let format: Pick<WavLayout, 'format' | 'channels' | 'sampleRateHertz' | 'bytesPerSample'> | null =
    null;
  for (let offset = 12; offset + 8 <= head.length;) {
    const name = head.toString('latin1', offset, offset + 4);
    const length = head.readUInt32LE(offset + 4);
    const start = offset + 8;
    if (name === 'fmt ') format = readFormat(head.subarray(start, start + length));
    if (name === 'data') return format === null ? null : { ...format, ...samplesAt(start, length) };
    // A chunk of odd length is followed by a byte of padding.
    offset = start + length + (length % 2);
  }
  return null;

  /** A recorder that was cut off, or wrote to a pipe, left 0 or the greatest number as the length. */
  function samplesAt(dataOffset: number, claimed: number) {
    const present = Math.max(0, sizeBytes - dataOffset);
    const frameBytes = (format?.channels ?? 1) * (format?.bytesPerSample ?? 1);
    const bytes = claimed === 0 ? present : Math.min(claimed, present);
    return { dataOffset, dataBytes: bytes - (bytes % frameBytes) };
  }
}

function readFormat(chunk: Buffer) {
  if (chunk.length < 16) return null;
  const tag = chunk.readUInt16LE(0);
  const number = tag === EXTENSIBLE && chunk.length >= 26 ? chunk.readUInt16LE(24) : tag;
  const format = SPLITTABLE.find((known) => known === number);
  const channels = chunk.readUInt16LE(2);
  const bytesPerSample = chunk.readUInt16LE(12) / channels;
  const isWhole = Number.isInteger(bytesPerSample) && bytesPerSample > 0;
  return format === undefined || !isWhole
    ? null
    : { format, channels, bytesPerSample, sampleRateHertz: chunk.readUInt32LE(4) };
}

/** The header of a WAV file with one channel of the same format. */
export function monoHeader({ format, sampleRateHertz, bytesPerSample }: WavLayout, bytes: number) {
  // All but PCM have an (empty) extension and a chunk that counts the samples.
  const isPlain = format === 1;
  const header = Buffer.alloc(isPlain ? 44 : 58);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(header.length - 8 + bytes + (bytes % 2), 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(isPlain ? 16 : 18, 16);
  header.writeUInt16LE(format, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRateHertz, 24);
  header.writeUInt32LE(sampleRateHertz * bytesPerSample, 28);
  header.writeUInt16LE(bytesPerSample, 32);
  header.writeUInt16LE(bytesPerSample * 8, 34);
  if (!isPlain) {
    header.write('fact', 38, 'latin1');
    header.writeUInt32LE(4, 42);
    header.writeUInt32LE(bytes / bytesPerSample, 46);
  }
  header.write('data', header.length - 8, 'latin1');
  header.writeUInt32LE(bytes, header.length - 4);
  return header;
}
