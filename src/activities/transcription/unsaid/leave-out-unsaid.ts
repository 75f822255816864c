import type { RecordingSound } from '../../../audio/ear/recording-sound.ts';
import type { LeftOut, TranscriptSegment } from '../../../domain/transcript.ts';
import { cutLoops } from './cut-loops.ts';
import { repeatsAnother } from './repeats-another.ts';

type Kept = { readonly segments: readonly TranscriptSegment[]; readonly leftOut: LeftOut };

/**
 * Leaves out what a recogniser gives and nobody can have said, judged by the sound and not by the
 * words: segments where their channel is silent, segments that repeat what is heard on a louder channel
 * at the same time, and the repetitions of a loop for which there is not enough speech.
 */
export function leaveOutUnsaid(
  segments: readonly TranscriptSegment[],
  sound: RecordingSound,
): Kept {
  const sounding = segments.filter((segment) => !sound.isSilentIn(segment.channel, segment));
  const own = sounding.filter((segment) => !isBleed(segment, sounding, sound));
  const { segments: kept, loops } = cutLoops(own, sound);
  return {
    segments: kept,
    leftOut: {
      silent: segments.length - sounding.length,
      bleed: sounding.length - own.length,
      loops,
    },
  };
}

function isBleed(
  segment: TranscriptSegment,
  all: readonly TranscriptSegment[],
  sound: RecordingSound,
): boolean {
  const { channel } = segment;
  if (channel === null) return false;
  for (let other = 1; other <= sound.channels; other += 1) {
    if (other === channel || !sound.isEcho(channel, other, segment)) continue;
    const louder = all.filter((each) => each.channel === other);
    if (repeatsAnother(segment, louder)) return true;
  }
  return false;
}
