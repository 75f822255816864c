/** The samples of a channel that were decoded last, by their places in it. */
export function createKeptSamples() {
  let pieces: Int16Array[] = [];
  // The places of the first sample and of the one behind the last.
  let first = 0;
  let end = 0;
  return {
    first: () => first,
    add(samples: Int16Array): void {
      if (samples.length === 0) return;
      pieces.push(samples);
      end += samples.length;
    },
    /** Those from a place up to another at most, little-endian; empty where there are none (yet). */
    take(from: number, to: number): Uint8Array {
      let at = end;
      for (let index = pieces.length - 1; index >= 0; index -= 1) {
        const piece = pieces[index] ?? new Int16Array(0);
        at -= piece.length;
        if (from >= at + piece.length) break;
        if (from < at) continue;
        return new Uint8Array(piece.slice(from - at, to - at).buffer);
      }
      return new Uint8Array(0);
    },
    /** Forgets what lies before a place. */
    forgetBefore(place: number): void {
      while (pieces[0] !== undefined && first + pieces[0].length <= place) {
        first += pieces[0].length;
        pieces.shift();
      }
    },
    clear(): void {
      pieces = [];
      first = 0;
      end = 0;
    },
  };
}
