import type { LengthMeter } from './length-meter.ts';

/** The fixed part of a page's header (RFC 3533); its last byte counts the sizes that follow it. */
const HEADER_BYTES = 27;
const CAPTURE = Buffer.from('OggS');
/** The bits of the kind of a page. */
const FIRST_PAGE = 2;
const LAST_PAGE = 4;

/** A granule position that says: no packet ends on this page. */
const NO_POSITION = 0xffff_ffff_ffff_ffffn;

/** The first packets of sound, and how much of each must be there. */
const SOUND = ['OpusHead', '\u0001vorbis', 'Speex   ', '\u007fFLAC'];
const PACKET_BYTES = 12;

/** Opus counts at this rate, whatever it was before encoding (RFC 7845). */
const OPUS_RATE = 48_000;

type Stream = { readonly serial: number; readonly isOpus: boolean; readonly preSkip: number };

/**
 * Follows the pages of an Ogg file to the last position of its first stream of sound. Bytes between
 * pages are skipped.
 */
export function createOggMeter(): LengthMeter {
  let waiting: Buffer = Buffer.alloc(0);
  let toSkip = 0;
  let stream: Stream | null = null;
  let position = 0n;
  let isOver = false;

  /** How long the page is that begins here; `null` when more bytes are needed to say so. */
  function takePage(bytes: Buffer, at: number): number | null {
    const body = at + HEADER_BYTES + (bytes[at + HEADER_BYTES - 1] ?? 0);
    if (body > bytes.length) return null;
    const sizes = bytes.subarray(at + HEADER_BYTES, body);
    const size = sizes.reduce((sum, each) => sum + each, 0);
    const kind = bytes[at + 5] ?? 0;
    const serial = bytes.readUInt32LE(at + 14);
    if (stream === null && (kind & FIRST_PAGE) !== 0) {
      if (body + Math.min(size, PACKET_BYTES) > bytes.length) return null;
      stream = soundIn(bytes.subarray(body, body + size), serial);
    }
    if (serial === stream?.serial && !isOver) {
      const here = bytes.readBigUInt64LE(at + 6);
      if (here !== NO_POSITION) position = here;
      isOver = (kind & LAST_PAGE) !== 0;
    }
    return body - at + size;
  }

  return {
    add(chunk) {
      const bytes = waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]);
      let at = Math.min(toSkip, bytes.length);
      toSkip -= at;
      while (at + HEADER_BYTES <= bytes.length) {
        const start = bytes.indexOf(CAPTURE, at);
        // The name of a page may be cut by the end of these bytes.
        at = start < 0 ? bytes.length - CAPTURE.length + 1 : start;
        if (start < 0 || at + HEADER_BYTES > bytes.length) break;
        const size = takePage(bytes, at);
        if (size === null) break;
        at += size;
      }
      toSkip += Math.max(0, at - bytes.length);
      waiting = bytes.subarray(at);
    },
    format: () => null,
    end(headerRate) {
      if (stream === null) return null;
      const rate = stream.isOpus ? OPUS_RATE : headerRate;
      const samples = Number(position) - stream.preSkip;
      return rate !== null && samples > 0 ? samples / rate : null;
    },
  };
}

/** The stream of sound that begins with this packet; `null` for one of anything else. */
function soundIn(packet: Buffer, serial: number): Stream | null {
  const start = packet.toString('latin1', 0, 8);
  if (!SOUND.some((name) => start.startsWith(name))) return null;
  const isOpus = start === 'OpusHead';
  const preSkip = isOpus && packet.length >= PACKET_BYTES ? packet.readUInt16LE(10) : 0;
  return { serial, isOpus, preSkip };
}
