import type { AudioType } from './audio-format.ts';
import type { WavHeader } from './wav-header.ts';

/** The rate at which Opus is decoded, whatever it was before encoding (RFC 7845, section 5.1). */
const OPUS_RATE_HERTZ = 48_000;

/** The fixed part of an Ogg page's header; its last byte counts the bytes that follow it. */
const OGG_HEADER_BYTES = 27;

/** The outer length of a WAV whose writer did not know it. */
const UNKNOWN_LENGTH = 0xffff_ffff;

/**
 * The first bytes in a form that the library which reads all formats understands: the tag of an
 * extensible WAV is replaced by its real format, the outer length reaches the samples, and an Opus
 * file that leaves its rate open, which it may, gets one. Only the library sees this copy; the
 * archived recording stays as it came.
 */
export function repairHead(type: AudioType, head: Buffer, wav: WavHeader | null): Buffer {
  if (wav !== null) return repairWav(head, wav);
  const rateAt = type.extension === 'ogg' ? opusRateAt(head) : null;
  if (rateAt === null || head.readUInt32LE(rateAt) !== 0) return head;
  const repaired = Buffer.from(head);
  repaired.writeUInt32LE(OPUS_RATE_HERTZ, rateAt);
  return repaired;
}

function repairWav(head: Buffer, { subFormat, formatTagAt, dataAt }: WavHeader): Buffer {
  const repaired = Buffer.from(head);
  if (subFormat !== null) repaired.writeUInt16LE(subFormat, formatTagAt);
  // A writer that fills in the lengths at the end may never get there; the library stops at them.
  if (repaired.readUInt32LE(4) + 8 < dataAt) repaired.writeUInt32LE(UNKNOWN_LENGTH, 4);
  return repaired;
}

/** The offset of the rate in an Opus file's first page; `null` when it is not an Opus file. */
function opusRateAt(head: Buffer): number | null {
  const packetAt = OGG_HEADER_BYTES + (head[OGG_HEADER_BYTES - 1] ?? 0);
  const isOpus = head.toString('latin1', packetAt, packetAt + 8) === 'OpusHead';
  return isOpus && head.length >= packetAt + 16 ? packetAt + 12 : null;
}
