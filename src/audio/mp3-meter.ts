import type { LengthMeter } from './length-meter.ts';
import { FRAME_HEADER_BYTES, type FrameHeader, readFrameHeader } from './mp3-header.ts';

const TAG_HEADER_BYTES = 10;

/** The first frame may hold a table instead of sound, which says so within these bytes. */
const TABLE_NAME_WITHIN = 44;
const TABLE_NAME = /Xing|Info|VBRI/;

/** What must be there before anything can be told about a place, unless the file ends. */
const NEEDED_BYTES = TABLE_NAME_WITHIN;

/**
 * Adds up the frames of an MP3. They count once two of the same kind follow upon each other: any bytes of
 * a picture or of text may look like the header of one. Without such two, the last one counts.
 */
export function createMp3Meter(): LengthMeter {
  let waiting: Buffer = Buffer.alloc(0);
  let toSkip = 0;
  /** The frame with which the sound begins, as far as is known. */
  let first: FrameHeader | null = null;
  let isCertain = false;
  /** Whether a frame ends where the next place begins. */
  let follows = false;
  let samples = 0;

  function takeFrame(bytes: Buffer, at: number): number | null {
    const header = at + FRAME_HEADER_BYTES > bytes.length ? null : readFrameHeader(bytes, at);
    const isOfKind = header !== null && first !== null && isSameKind(header, first);
    if (header === null || (isCertain && !isOfKind)) return null;
    if (isOfKind && follows) isCertain = true;
    if (isCertain) samples += header.samples;
    else {
      first = header;
      samples = holdsTable(bytes.subarray(at, at + TABLE_NAME_WITHIN)) ? 0 : header.samples;
    }
    return header.sizeBytes;
  }

  function read(bytes: Buffer, isEnd: boolean): void {
    let at = Math.min(toSkip, bytes.length);
    toSkip -= at;
    while (at < bytes.length && (isEnd || at + NEEDED_BYTES <= bytes.length)) {
      const size = tagBytes(bytes, at) ?? takeFrame(bytes, at);
      follows = size !== null;
      at = size === null ? nextSync(bytes, at + 1) : at + size;
    }
    toSkip += Math.max(0, at - bytes.length);
    waiting = bytes.subarray(at);
  }

  return {
    add: (chunk) => read(waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]), false),
    format: () => first,
    end() {
      read(waiting, true);
      return first === null || samples === 0 ? null : samples / first.sampleRate;
    },
  };
}

/** The size of the ID3v2 tag that begins here, seven bits in each of four bytes; `null` if none does. */
function tagBytes(bytes: Buffer, at: number): number | null {
  if (bytes[at] !== 0x49 || at + TAG_HEADER_BYTES > bytes.length) return null;
  if (bytes.toString('latin1', at, at + 3) !== 'ID3') return null;
  const size = [6, 7, 8, 9].reduce((sum, each) => sum * 128 + ((bytes[at + each] ?? 0) & 127), 0);
  return TAG_HEADER_BYTES + size;
}

/** The next place at which a frame or a tag may begin. */
function nextSync(bytes: Buffer, from: number): number {
  // A search costs more than a look, and files can be made of nothing else.
  const at = bytes[from] === 0xff ? from : bytes.indexOf(0xff, from);
  return at < 0 ? bytes.length : at;
}

function isSameKind(one: FrameHeader, other: FrameHeader): boolean {
  return one.codec === other.codec && one.sampleRate === other.sampleRate;
}

function holdsTable(bytes: Buffer): boolean {
  return TABLE_NAME.test(bytes.toString('latin1'));
}
