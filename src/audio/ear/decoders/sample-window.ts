/** The chunks that programs write behind the samples, and ID3v1, which some append to any file. */
const BEHIND_SAMPLES = [
  ...['LIST', 'id3 ', 'ID3 ', 'fact', 'cue ', 'PEAK', 'bext', 'iXML', '_PMX', 'smpl', 'inst'],
  ...['JUNK', 'junk', 'PAD ', 'FLLR', 'afsp', 'plst', 'note', 'DISP', 'SAUR', 'umid', 'acid'],
  'TAG',
];

/** A name has four bytes, and a byte of padding may precede it. */
const PADDING_BYTES = 1;
const NEEDED_BYTES = 4 + PADDING_BYTES;

/**
 * Takes the samples out of what follows a WAV file's header. A header may claim fewer samples than
 * follow, because its writer never came to complete it: all that follow count, unless they are one of
 * the chunks that may stand behind the samples. `claimedBytes`: `null` when the writer did not know.
 */
export function createSampleWindow(claimedBytes: number | null) {
  let left = claimedBytes ?? Infinity;
  let waiting: Buffer = Buffer.alloc(0);
  let isOver = false;
  return {
    /** Whether more samples followed than the header claims. */
    claimsTooFew: () => claimedBytes !== null && left === Infinity,
    /** Those of the next bytes that are samples. */
    take(bytes: Buffer): Buffer {
      if (isOver) return bytes.subarray(0, 0);
      if (bytes.length <= left) {
        left -= bytes.length;
        return bytes;
      }
      const claimed = bytes.subarray(0, left);
      const behind = Buffer.concat([waiting, bytes.subarray(left)]);
      left = 0;
      if (behind.length < NEEDED_BYTES) {
        waiting = behind;
        return claimed;
      }
      waiting = Buffer.alloc(0);
      isOver = isChunk(behind);
      if (isOver) return claimed;
      left = Infinity;
      return Buffer.concat([claimed, behind]);
    },
  };
}

function isChunk(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, NEEDED_BYTES);
  return BEHIND_SAMPLES.some(
    (name) => start.startsWith(name) || start.startsWith(name, PADDING_BYTES),
  );
}
