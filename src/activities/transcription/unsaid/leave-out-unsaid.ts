import type { RecordingSound } from '../../../audio/ear/recording-sound.ts';
import type { LeftOut, TranscriptSegment } from '../../../domain/transcript.ts';
import { cutLoops } from './cut-loops.ts';
import { createTimeline, type Timeline } from './timeline.ts';
import { repeatsAnother } from './repeats-another.ts';

/** The segments of each channel. */
type Timelines = ReadonlyMap<number | null, Timeline>;

/**
 * The part of its words that a segment must have in common with the louder channel. A voice that leaks over
 * is understood a little worse, and where the sound itself proves that it leaks, it may be much worse.
 */
const SAME_WORDS = { quiet: 0.8, shape: 0.5 };

type Kept = { readonly segments: readonly TranscriptSegment[]; readonly leftOut: LeftOut };

/**
 * Leaves out what a recogniser gives and nobody can have said, judged by the sound and not by the
 * words: segments where their channel is silent or only hums, segments that repeat what is heard on a louder channel
 * at the same time, and the repetitions of a loop for which there is not enough speech.
 */
export function leaveOutUnsaid(
  segments: readonly TranscriptSegment[],
  sound: RecordingSound,
): Kept {
  const sounding = segments.filter((segment) => !sound.isSilentIn(segment.channel, segment));
  const timelines: Timelines = new Map(
    [...Map.groupBy(sounding, ({ channel }) => channel)].map(([channel, those]) => [
      channel,
      createTimeline(those),
    ]),
  );
  const own = sounding.filter((segment) => !isBleed(segment, timelines, sound));
  const { segments: cut, loops } = cutLoops(own, sound);
  // Behind the loops: what a recogniser repeats over a hum is one loop, not a hundred segments.
  const kept = cut.filter((segment) => !sound.isWordlessIn(segment.channel, segment));
  return {
    segments: kept,
    leftOut: {
      silent: segments.length - sounding.length + cut.length - kept.length,
      bleed: sounding.length - own.length,
      loops,
    },
  };
}

function isBleed(segment: TranscriptSegment, timelines: Timelines, sound: RecordingSound): boolean {
  const { channel } = segment;
  if (channel === null) return false;
  for (const [other, timeline] of timelines) {
    if (other === null || other === channel) continue;
    const likeness = sound.likeness(channel, other, segment);
    if (likeness === 'own') continue;
    if (repeatsAnother(segment, timeline.around(segment), SAME_WORDS[likeness])) return true;
  }
  return false;
}
