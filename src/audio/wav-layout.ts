import { readWavHeader } from './wav-header.ts';

/** Where the samples of a WAV file are and how they are encoded. */
export type WavLayout = {
  /** The format's number: 1 PCM, 3 floating point, 6 A-law, 7 µ-law. */
  readonly format: SplittableFormat;
  readonly channels: number;
  readonly sampleRateHertz: number;
  readonly bytesPerSample: number;
  /** Where the first sample begins. */
  readonly dataOffset: number;
  /** The size of all whole frames (a frame has one sample of each channel). */
  readonly dataBytes: number;
};

/** Formats in which every sample has whole bytes, so that channels can be told apart by position. */
const SPLITTABLE = [1, 3, 6, 7] as const;
type SplittableFormat = (typeof SPLITTABLE)[number];

/** No phone system records more sides of a call. Each may be paid for, and a damaged header may state thousands. */
const MAX_CHANNELS = 8;

/** The widest sample: a floating-point number of double precision. */
const MAX_SAMPLE_BYTES = 8;

/** The header of a WAV file, as recorders write it, fits into its first bytes. */
export const WAV_HEAD_BYTES = 64 * 1024;

/**
 * Reads the layout from a file's first bytes. `null` for anything whose channels cannot be told
 * apart by position: other files, and WAV files with a codec that packs samples, as GSM 6.10 and
 * ADPCM do, or with more than eight channels. `sampleBytes`: how many were found, whatever the header
 * claims; `null` when nobody has looked.
 */
export function readWavLayout(
  head: Buffer,
  sizeBytes: number,
  sampleBytes: number | null = null,
): WavLayout | null {
  const header = readWavHeader(head, sizeBytes);
  if (header === null) return null;
  // The fields of WAVEFORMATEX: format, channels, rate, bytes per second, bytes per frame.
  const at = header.formatTagAt;
  const number = header.subFormat ?? head.readUInt16LE(at);
  const format = SPLITTABLE.find((known) => known === number);
  const channels = head.readUInt16LE(at + 2);
  const frameBytes = head.readUInt16LE(at + 12);
  const bytesPerSample = frameBytes / channels;
  if (format === undefined || !Number.isInteger(bytesPerSample) || bytesPerSample === 0)
    return null;
  if (channels > MAX_CHANNELS || bytesPerSample > MAX_SAMPLE_BYTES) return null;

  const present = Math.max(0, sizeBytes - header.dataAt);
  const bytes = Math.min(sampleBytes ?? header.claimedBytes ?? present, present);
  return {
    format,
    channels,
    sampleRateHertz: head.readUInt32LE(at + 4),
    bytesPerSample,
    dataOffset: header.dataAt,
    dataBytes: bytes - (bytes % frameBytes),
  };
}

/** The header of a WAV file with one channel of the same format. */
export function monoHeader({ format, sampleRateHertz, bytesPerSample }: WavLayout, bytes: number) {
  // All formats but PCM have an (empty) extension and a chunk that counts the samples.
  const isPlain = format === 1;
  const header = Buffer.alloc(isPlain ? 44 : 58);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(header.length - 8 + bytes + (bytes % 2), 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(isPlain ? 16 : 18, 16);
  header.writeUInt16LE(format, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRateHertz, 24);
  // Nothing reads this field, and a damaged rate could exceed its four bytes.
  header.writeUInt32LE(Math.min(sampleRateHertz * bytesPerSample, 0xffff_ffff), 28);
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
