import type { SoundFormat } from './length-meter.ts';

/** What the four bytes say that begin each frame of an MP3. */
export type FrameHeader = SoundFormat & {
  /** Of each channel. */
  readonly samples: number;
  readonly sizeBytes: number;
};

export const FRAME_HEADER_BYTES = 4;

const VERSIONS = ['2.5', null, '2', '1'] as const;
const RATES = [44_100, 48_000, 32_000] as const;
/** By how much the rates of each version are below those of the first. */
const RATE_PARTS = { '1': 1, '2': 2, '2.5': 4 } as const;

/**
 * Kilobits a second, by the number that stands for them (ISO 11172-3 and 13818-3); 0 would stand for
 * any other rate, which no telephone records.
 */
const BIT_RATES: Readonly<Record<string, readonly number[]>> = {
  '1/1': [0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  '1/2': [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  '1/3': [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  '2/1': [0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  '2/2': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  '2/3': [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};

/** The frame that begins here; `null` when none can. The bytes reach at least four further. */
export function readFrameHeader(bytes: Buffer, at: number): FrameHeader | null {
  const bits = bytes.readUInt32BE(at);
  if (bits >>> 21 !== 0x7ff) return null;
  const version = VERSIONS[(bits >>> 19) & 3];
  const layer = 4 - ((bits >>> 17) & 3);
  const rate = RATES[(bits >>> 10) & 3];
  if (version == null || layer === 4 || rate === undefined) return null;
  const kilobits = BIT_RATES[`${version === '1' ? 1 : 2}/${layer}`]?.[(bits >>> 12) & 15] ?? 0;
  if (kilobits === 0) return null;
  const sampleRate = rate / RATE_PARTS[version];
  const samples = layer === 1 ? 384 : layer === 3 && version !== '1' ? 576 : 1152;
  // The first layer counts in slots of four bytes.
  const slot = layer === 1 ? 4 : 1;
  const slots = Math.floor((samples * kilobits * 125) / (slot * sampleRate)) + ((bits >>> 9) & 1);
  return {
    codec: `MPEG ${version} Layer ${layer}`,
    channels: ((bits >>> 6) & 3) === 3 ? 1 : 2,
    sampleRate,
    samples,
    sizeBytes: slots * slot,
  };
}
