/** How many times a second the loudness is taken: a syllable lasts about four of these. */
export const FRAMES_PER_SECOND = 20;

/** No phone system records more sides of a call; a damaged header may state thousands. */
export const MAX_HEARD_CHANNELS = 8;

/** How loud one channel is in each twentieth of a second, in the bytes of `toLoudness`. */
export type ChannelEnvelope = {
  /** Half the way from the lowest sample to the highest. */
  readonly peaks: Uint8Array;
  /** The samples' deviation from their mean (RMS without a constant offset). */
  readonly energies: Uint8Array;
};

/** How loud a recording is, channel by channel; all channels have the same number of frames. */
export type Envelope = { readonly channels: readonly ChannelEnvelope[] };

const MAGIC = 'LENV';
const VERSION = 1;
/** Magic, version, channels, frames a second, one byte of zero, the number of frames (32 bits). */
export const ENVELOPE_HEADER_BYTES = 12;

/** A day of eight channels: nothing longer is heard, so nothing longer is kept. */
export const MAX_HEARD_SECONDS = 24 * 60 * 60;
export const ENVELOPE_MAX_BYTES =
  ENVELOPE_HEADER_BYTES + 2 * MAX_HEARD_CHANNELS * MAX_HEARD_SECONDS * FRAMES_PER_SECOND;

export function framesOf({ channels }: Envelope): number {
  return channels[0]?.energies.length ?? 0;
}

/** The stored form: a header, then for each channel all its peaks and all its energies. */
export function encodeEnvelope(envelope: Envelope): Buffer {
  const header = Buffer.alloc(ENVELOPE_HEADER_BYTES);
  header.write(MAGIC, 0, 'latin1');
  header.writeUInt8(VERSION, 4);
  header.writeUInt8(envelope.channels.length, 5);
  header.writeUInt8(FRAMES_PER_SECOND, 6);
  header.writeUInt32LE(framesOf(envelope), 8);
  const levels = envelope.channels.flatMap(({ peaks, energies }) => [peaks, energies]);
  return Buffer.concat([header, ...levels]);
}

/** What the header of a stored envelope says. */
export type EnvelopeShape = { readonly channels: number; readonly frames: number };

/**
 * Reads the header of an envelope that has `size` bytes; `null` for anything else, also for that of
 * another version.
 */
export function readEnvelopeShape(header: Buffer, size: number): EnvelopeShape | null {
  if (header.length < ENVELOPE_HEADER_BYTES || header.toString('latin1', 0, 4) !== MAGIC)
    return null;
  const channels = header.readUInt8(5);
  const frames = header.readUInt32LE(8);
  const isKnown = header.readUInt8(4) === VERSION && header.readUInt8(6) === FRAMES_PER_SECOND;
  if (!isKnown || channels === 0 || channels > MAX_HEARD_CHANNELS) return null;
  return size === ENVELOPE_HEADER_BYTES + 2 * channels * frames ? { channels, frames } : null;
}

/** Reads the stored form; `null` for anything else. */
export function decodeEnvelope(bytes: Buffer): Envelope | null {
  const shape = readEnvelopeShape(bytes, bytes.length);
  if (shape === null) return null;
  const { channels, frames } = shape;
  return {
    channels: Array.from({ length: channels }, (_, channel) => {
      const at = ENVELOPE_HEADER_BYTES + 2 * channel * frames;
      return {
        peaks: bytes.subarray(at, at + frames),
        energies: bytes.subarray(at + frames, at + 2 * frames),
      };
    }),
  };
}
