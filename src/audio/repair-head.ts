import type { AudioType } from './audio-format.ts';
import type { WavHeader } from './wav-header.ts';

/** What every decoder of Opus gives, whatever went in (RFC 7845, section 5.1). */
const OPUS_RATE_HERTZ = 48_000;

/** The fixed part of an Ogg page's header; the last byte of it counts the bytes that follow it. */
const OGG_HEADER_BYTES = 27;

/** The outer length of a WAV whose writer does not know it. */
const UNKNOWN_LENGTH = 0xffff_ffff;

/**
 * The first bytes as the library that reads all formats understands them: with the format of an
 * extensible WAV in the place of its tag, an outer length that reaches its samples, and a rate where
 * an Opus file leaves it open, which it may. Only the library sees this copy; what is archived stays
 * as it came.
 */
export function mendHead(type: AudioType, head: Buffer, wav: WavHeader | null): Buffer {
  if (wav !== null) return mendWav(head, wav);
  const rateAt = type.extension === 'ogg' ? opusRateAt(head) : null;
  if (rateAt === null || head.readUInt32LE(rateAt) !== 0) return head;
  const mended = Buffer.from(head);
  mended.writeUInt32LE(OPUS_RATE_HERTZ, rateAt);
  return mended;
}

function mendWav(head: Buffer, { subFormat, formatTagAt, dataAt }: WavHeader): Buffer {
  const mended = Buffer.from(head);
  if (subFormat !== null) mended.writeUInt16LE(subFormat, formatTagAt);
  // Who fills the lengths in at the end may never get there, and the library reads no further.
  if (mended.readUInt32LE(4) + 8 < dataAt) mended.writeUInt32LE(UNKNOWN_LENGTH, 4);
  return mended;
}

/** The place of the rate in an Opus file's first page; `null` when it is none. */
function opusRateAt(head: Buffer): number | null {
  const packetAt = OGG_HEADER_BYTES + (head[OGG_HEADER_BYTES - 1] ?? 0);
  const isOpus = head.toString('latin1', packetAt, packetAt + 8) === 'OpusHead';
  return isOpus && head.length >= packetAt + 16 ? packetAt + 12 : null;
}
