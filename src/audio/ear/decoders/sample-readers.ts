/** Reads the sample at an offset, as a part of full scale. */
export type SampleReader = (bytes: Buffer, at: number) => number;

/** The formats of WAV files whose samples are whole bytes, by their numbers. */
const PCM = 1;
const FLOAT = 3;
const A_LAW = 6;
const MU_LAW = 7;

/** How samples of this format and width (in bytes) are read; `null` for any other. */
export function sampleReaderOf(format: number, width: number): SampleReader | null {
  if (format === PCM) return PCM_READERS[width] ?? null;
  if (format === FLOAT) return FLOAT_READERS[width] ?? null;
  if (width !== 1) return null;
  if (format === A_LAW) return (bytes, at) => A_LAW_LEVELS[bytes[at] ?? 0] ?? 0;
  if (format === MU_LAW) return (bytes, at) => MU_LAW_LEVELS[bytes[at] ?? 0] ?? 0;
  return null;
}

const PCM_READERS: Readonly<Record<number, SampleReader>> = {
  // The only width without a sign.
  1: (bytes, at) => ((bytes[at] ?? 128) - 128) / 128,
  2: (bytes, at) => (((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)) << 16) / 2 ** 31,
  3: (bytes, at) => bytes.readIntLE(at, 3) / 2 ** 23,
  4: (bytes, at) => bytes.readInt32LE(at) / 2 ** 31,
};

const FLOAT_READERS: Readonly<Record<number, SampleReader>> = {
  4: (bytes, at) => finite(bytes.readFloatLE(at)),
  8: (bytes, at) => finite(bytes.readDoubleLE(at)),
};

/** Damaged files hold NaN and numbers beyond all measure, which would drown everything else. */
function finite(sample: number): number {
  return Number.isFinite(sample) ? Math.min(Math.max(sample, -1), 1) : 0;
}

/** ITU-T G.711: the value of each byte, of 14 bits for µ-law and 13 bits for A-law. */
const MU_LAW_LEVELS = Float32Array.from({ length: 256 }, (_, byte) => {
  const bits = ~byte & 0xff;
  const magnitude = ((((bits & 0x0f) << 1) + 33) << ((bits >> 4) & 0x07)) - 33;
  return (bits & 0x80 ? -magnitude : magnitude) / 2 ** 13;
});

const A_LAW_LEVELS = Float32Array.from({ length: 256 }, (_, byte) => {
  const bits = byte ^ 0x55;
  const segment = (bits >> 4) & 0x07;
  const step = ((bits & 0x0f) << 1) + 1;
  const magnitude = segment === 0 ? step : (step + 32) << (segment - 1);
  return (bits & 0x80 ? magnitude : -magnitude) / 2 ** 12;
});
