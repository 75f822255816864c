import {
  ENVELOPE_HEADER_BYTES,
  FRAMES_PER_SECOND,
  readEnvelopeShape,
} from '../../audio/ear/envelope.ts';
import { reducePeaks, type WaveformPiece } from '../../audio/ear/waveform.ts';

/** How loud a recording is, to be drawn. */
export type StoredWaveform = {
  readonly seconds: number;
  /** The peaks of each channel, one channel after the other. Reading throws what the store's reading does. */
  readonly pieces: AsyncGenerator<WaveformPiece>;
};

/**
 * Reads an envelope of `size` bytes as it streams by, without ever holding it; `null` for anything
 * else. Once it has begun, only the end of the stream can tell that something is missing.
 */
export async function readWaveform(
  stream: AsyncGenerator<Uint8Array>,
  size: number,
  perSecond: number,
): Promise<StoredWaveform | null> {
  let head = Buffer.alloc(0);
  while (head.length < ENVELOPE_HEADER_BYTES) {
    const { done, value } = await stream.next();
    if (done === true) break;
    head = Buffer.concat([head, value]);
  }
  const shape = readEnvelopeShape(head, size);
  if (shape === null) {
    await stream.return(undefined);
    return null;
  }
  const body = follow(head.subarray(ENVELOPE_HEADER_BYTES), stream);
  return {
    seconds: shape.frames / FRAMES_PER_SECOND,
    pieces: reducePeaks(body, shape, perSecond),
  };
}

async function* follow(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}
