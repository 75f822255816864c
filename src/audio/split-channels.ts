import { monoHeader, type WavLayout } from './wav-layout.ts';

/** One channel of a WAV file as a WAV file of its own: its size, and its bytes as the whole flows by. */
export function channelOf(
  layout: WavLayout,
  channel: number,
): {
  readonly sizeBytes: number;
  read(whole: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
} {
  const bytes = layout.dataBytes / layout.channels;
  const header = monoHeader(layout, bytes);
  const padding = bytes % 2;
  return {
    sizeBytes: header.length + bytes + padding,
    async *read(whole) {
      yield header;
      yield* samplesOf(whole, layout, channel);
      if (padding > 0) yield Buffer.alloc(padding);
    },
  };
}

/** Yields the samples of one channel (1-based), whatever pieces the file comes in. */
async function* samplesOf(
  whole: AsyncIterable<Uint8Array>,
  { dataOffset, dataBytes, channels, bytesPerSample }: WavLayout,
  channel: number,
): AsyncGenerator<Uint8Array> {
  const frameBytes = channels * bytesPerSample;
  const before = (channel - 1) * bytesPerSample;
  // A frame that is split between two pieces waits here for its rest.
  let rest: Uint8Array = new Uint8Array(0);
  let toSkip = dataOffset;
  let toRead = dataBytes;
  for await (const piece of whole) {
    const skipped = Math.min(toSkip, piece.length);
    toSkip -= skipped;
    const samples = piece.subarray(skipped, skipped + toRead);
    toRead -= samples.length;
    const bytes = rest.length === 0 ? samples : Buffer.concat([rest, samples]);
    const frames = Math.floor(bytes.length / frameBytes);
    if (frames > 0) {
      const picked = new Uint8Array(frames * bytesPerSample);
      for (let frame = 0; frame < frames; frame += 1) {
        const from = frame * frameBytes + before;
        for (let index = 0; index < bytesPerSample; index += 1) {
          picked[frame * bytesPerSample + index] = bytes[from + index] ?? 0;
        }
      }
      yield picked;
    }
    rest = bytes.subarray(frames * frameBytes);
    if (toRead === 0) return;
  }
}
