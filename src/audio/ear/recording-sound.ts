import { soundOf } from './channel-sound.ts';
import { type Envelope, FRAMES_PER_SECOND, framesOf } from './envelope.ts';
import { toSteps } from './loudness.ts';

/** A stretch of a recording, in seconds from its start. */
export type Span = { readonly startSeconds: number; readonly endSeconds: number };

/** Recognisers' times are right to a few tenths of a second. */
const TOLERANCE_SECONDS = 0.25;

/** The shortest word sounds for twice as long; a click or a crackle of the line does not. */
const LEAST_FRAMES = 2;

/** A voice that leaks over arrives at most so much later: the echo of a speaker phone or a gateway. */
const ECHO_FRAMES = 6;

/** Whoever speaks into a channel himself is not quieter there than the other side by more than this. */
const QUIETER_BY = toSteps(10);

/** The copy of a voice is quieter by the same amount throughout, within what coding adds to it. */
const COPY_DEVIATION = toSteps(2);
const COPY_LEAST_FRAMES = 5;

/** Above this part of its sounding frames, a channel has a voice of its own. */
const OWN_SHARE = 0.2;

/**
 * The spans of all segments together are about as long as the recording, for each channel. A reply of
 * endless overlapping segments is judged only up to this many times its frames.
 */
const ECHO_LENGTHS = 20;
const LEAST_WORK = 10;

export type RecordingSound = ReturnType<typeof createRecordingSound>;

/** What the envelope of a recording tells about what a recogniser says that it heard there. */
export function createRecordingSound(envelope: Envelope) {
  const frames = framesOf(envelope);
  const channels = envelope.channels.map((channel) => {
    const { sounds: isSound, speechLike: isSpeech } = soundOf(channel);
    const { energies } = channel;
    return { energies, isSound, isSpeech, sounds: sumsOf(isSound), speechLike: sumsOf(isSpeech) };
  });
  const inAny = (which: 'isSound' | 'isSpeech') =>
    sumsOf(Array.from({ length: frames }, (_, at) => channels.some((one) => one[which][at])));
  const any = { sounds: inAny('isSound'), speechLike: inAny('isSpeech') };
  let workLeft = Math.max(1_000, frames) * ECHO_LENGTHS;

  /** The frames that a span can mean. What lies behind the end is taken for the end. */
  function framesIn({ startSeconds, endSeconds }: Span, tolerance: number): [number, number] {
    const seconds = frames / FRAMES_PER_SECOND;
    const start = Math.min(startSeconds, seconds) - tolerance;
    const end = Math.min(endSeconds, seconds) + tolerance;
    const from = Math.max(0, Math.floor(start * FRAMES_PER_SECOND));
    return [from, Math.min(frames, Math.ceil(end * FRAMES_PER_SECOND))];
  }

  /** Counts frames of a channel (1-based), or those of any channel. */
  function count(
    which: 'sounds' | 'speechLike',
    channel: number | null,
    [from, to]: readonly [number, number],
  ): number {
    const sums = (channel === null ? any : channels[channel - 1])?.[which];
    // Nothing can be said about a channel that nobody heard.
    if (sums === undefined) return Infinity;
    return Math.max(0, (sums[to] ?? 0) - (sums[from] ?? 0));
  }

  return {
    channels: channels.length,

    /** Whether nothing at all sounds on a channel (1-based). */
    isSilent: (channel: number): boolean =>
      count('sounds', channel, [0, frames]) < Math.min(LEAST_FRAMES, frames),

    /** Whether nothing that could be a word sounds in this span, on this channel or (`null`) on any. */
    isSilentIn: (channel: number | null, span: Span): boolean => {
      const range = framesIn(span, TOLERANCE_SECONDS);
      return count('sounds', channel, range) < Math.min(LEAST_FRAMES, frames);
    },

    /** How long in this span the sound rises and falls as speech does, in seconds. */
    speechSecondsIn: (channel: number | null, span: Span): number =>
      count('speechLike', channel, framesIn(span, TOLERANCE_SECONDS)) / FRAMES_PER_SECOND,

    /**
     * Whether all that sounds on a channel in this span can have come over from another one: it is
     * much quieter than the other throughout, or it is the other's very shape. Of two channels with the
     * same sound, the second is the copy.
     */
    isEcho(channel: number, of: number, span: Span): boolean {
      const own = channels[channel - 1];
      const other = channels[of - 1];
      if (own === undefined || other === undefined) return false;
      const differences: number[] = [];
      let sounding = 0;
      let ownFrames = 0;
      const [from, to] = framesIn(span, 0);
      workLeft -= Math.max(LEAST_WORK, to - from);
      if (workLeft < 0) return false;
      for (let at = from; at < to; at += 1) {
        if (own.isSound[at] !== true) continue;
        sounding += 1;
        const energy = own.energies[at] ?? 0;
        const loudest = Math.max(...other.energies.subarray(Math.max(0, at - ECHO_FRAMES), at + 2));
        if (energy > loudest - QUIETER_BY) ownFrames += 1;
        if (other.isSound[at] === true) differences.push((other.energies[at] ?? 0) - energy);
      }
      if (sounding === 0 || ownFrames <= sounding * OWN_SHARE) return true;
      return isCopy(differences, sounding, channel > of);
    },
  };
}

/** At each place, how many before it are true; one place more than there are values. */
function sumsOf(values: readonly boolean[]): Uint32Array {
  const sums = new Uint32Array(values.length + 1);
  for (const [at, value] of values.entries()) sums[at + 1] = (sums[at] ?? 0) + (value ? 1 : 0);
  return sums;
}

function isCopy(differences: readonly number[], sounding: number, isSecond: boolean): boolean {
  const { length } = differences;
  if (length < COPY_LEAST_FRAMES || length < sounding * (1 - OWN_SHARE)) return false;
  const mean = differences.reduce((sum, each) => sum + each, 0) / length;
  const variance = differences.reduce((sum, each) => sum + (each - mean) ** 2, 0) / length;
  if (Math.sqrt(variance) > COPY_DEVIATION) return false;
  return Math.abs(mean) <= COPY_DEVIATION ? isSecond : mean > 0;
}
