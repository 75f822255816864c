/** What the header of a WAV file says, and where its samples begin. */
export type WavHeader = {
  /** The offset of the format tag: two bytes, little-endian. */
  readonly formatTagAt: number;
  /** The format inside a WAVE_FORMAT_EXTENSIBLE; `null` for any other format. */
  readonly subFormat: number | null;
  readonly bytesPerSecond: number;
  /** The offset of the first sample. */
  readonly dataAt: number;
  /** The stated number of bytes of samples; `null` when the writer did not know it. */
  readonly claimedBytes: number | null;
};

/** WAVE_FORMAT_EXTENSIBLE: the format is in the first two bytes of a GUID further on. */
const EXTENSIBLE = 0xfffe;

/**
 * A program that writes a WAV into a pipe cannot go back to fill in its length: FFmpeg leaves
 * 0xffffffff, arecord 0x80000000 or slightly less than 0x7fffffff, sox and espeak 0x7ffff000, others
 * nothing at all. A recording that really is this long has over 37 hours of telephone audio.
 */
const UNKNOWN_FROM = 0x7fff_f000;

/**
 * Reads the header up to the samples; `null` when the bytes are not a WAV file or end before its
 * samples begin. The library that reads all formats does not know extensible ones, and does not
 * distinguish a claimed length from a true one.
 */
export function readWavHeader(head: Buffer, wholeBytes: number | null): WavHeader | null {
  if (head.length < 12 || head.toString('latin1', 0, 4) !== 'RIFF') return null;
  let format: { at: number; subFormat: number | null; bytesPerSecond: number } | null = null;
  for (let at = 12; at + 8 <= head.length;) {
    const id = head.toString('latin1', at, at + 4);
    const size = head.readUInt32LE(at + 4);
    const content = at + 8;
    if (id === 'fmt ') format = readFormat(head, content, size);
    if (id === 'data') {
      if (format === null) return null;
      const { at: formatTagAt, subFormat, bytesPerSecond } = format;
      const claimedBytes = claimOf(head, size, wholeBytes);
      return { formatTagAt, subFormat, bytesPerSecond, dataAt: content, claimedBytes };
    }
    // A chunk of odd length is followed by one byte of padding.
    at = content + size + (size % 2);
  }
  return null;
}

function readFormat(head: Buffer, at: number, size: number) {
  if (size < 16 || at + 16 > head.length) return null;
  const isExtensible = head.readUInt16LE(at) === EXTENSIBLE && size >= 26 && at + 26 <= head.length;
  return {
    at,
    subFormat: isExtensible ? head.readUInt16LE(at + 24) : null,
    bytesPerSecond: head.readUInt32LE(at + 8),
  };
}

/**
 * A length of 0 means "no samples" if the outer length fits the file, because then the header was
 * completed; otherwise it means "unknown".
 */
function claimOf(head: Buffer, size: number, wholeBytes: number | null): number | null {
  if (size >= UNKNOWN_FROM) return null;
  if (size > 0) return size;
  return wholeBytes !== null && head.readUInt32LE(4) + 8 === wholeBytes ? 0 : null;
}
