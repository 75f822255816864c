import type { TranscriptSegment } from '../../../domain/transcript.ts';

/** Two recognitions of one sentence begin and end at times that differ by less. */
const TOLERANCE_SECONDS = 0.5;

export type Timeline = {
  /** Those that lie at the same time as this one, in time order. */
  around(segment: TranscriptSegment): readonly TranscriptSegment[];
};

/** Finds segments by their time, without looking at all of them each time. */
export function createTimeline(segments: readonly TranscriptSegment[]): Timeline {
  const inOrder = segments.toSorted((one, other) => one.startSeconds - other.startSeconds);
  // When the last of the segments up to here ends.
  let latest = 0;
  const endsBefore = inOrder.map(({ endSeconds }) => (latest = Math.max(latest, endSeconds)));

  function firstAfter(seconds: number): number {
    let low = 0;
    let high = inOrder.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((inOrder[middle]?.startSeconds ?? Infinity) < seconds) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    around({ startSeconds, endSeconds }) {
      const from = startSeconds - TOLERANCE_SECONDS;
      const found: TranscriptSegment[] = [];
      for (let at = firstAfter(endSeconds + TOLERANCE_SECONDS) - 1; at >= 0; at -= 1) {
        if ((endsBefore[at] ?? 0) <= from) break;
        const segment = inOrder[at];
        if (segment !== undefined && segment.endSeconds > from) found.push(segment);
      }
      return found.toReversed();
    },
  };
}
