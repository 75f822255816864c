import { type EnvelopeShape, FRAMES_PER_SECOND } from './envelope.ts';
import { toDecibels } from './loudness.ts';

/** Some peaks of one channel (counted from 0), which follow those that came before. */
export type WaveformPiece = { readonly channel: number; readonly peaks: readonly number[] };

/** A thousandth of full scale (-60 dB) is less than a pixel of any picture. */
const DIGITS = 3;

/** The amplitude, 0 to 1, that each byte of an envelope stands for. */
const AMPLITUDES = Array.from({ length: 256 }, (_, loudness) =>
  loudness === 0 ? 0 : Number((10 ** (toDecibels(loudness) / 20)).toFixed(DIGITS)),
);

/**
 * Reduces the peaks of an envelope to `perSecond` (1 to 20) values a second, each the greatest of the
 * frames that touch its span, as parts of full scale from 0 to 1. `body` is what follows the header, in
 * any pieces; no more of it is held than the piece that came last.
 */
export async function* reducePeaks(
  body: AsyncIterable<Uint8Array>,
  { frames }: EnvelopeShape,
  perSecond: number,
): AsyncGenerator<WaveformPiece> {
  // In the stored form, the peaks of each channel are followed by its energies.
  let block = 0;
  let frame = 0;
  let span = 0;
  let highest = 0;
  for await (const bytes of body) {
    for (let at = 0; at < bytes.length;) {
      const until = Math.min(bytes.length, at + frames - frame);
      const peaks: number[] = [];
      if (block % 2 === 0) {
        for (; at < until; at += 1) {
          const loudness = bytes[at] ?? 0;
          highest = Math.max(highest, loudness);
          frame += 1;
          const end = (frame * perSecond) / FRAMES_PER_SECOND;
          if (end < span + 1 && frame < frames) continue;
          peaks.push(AMPLITUDES[highest] ?? 0);
          span += 1;
          // The frame may end in the next span.
          highest = end > span ? loudness : 0;
          if (frame === frames && end > span) peaks.push(AMPLITUDES[highest] ?? 0);
        }
      } else {
        frame += until - at;
        at = until;
      }
      if (peaks.length > 0) yield { channel: block / 2, peaks };
      if (frame === frames) {
        block += 1;
        frame = 0;
        span = 0;
        highest = 0;
      }
    }
  }
}
