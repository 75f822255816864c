import { type ChannelSound, soundOf } from './channel-sound.ts';
import { type Likeness, likenessOf } from './echo.ts';
import { type Envelope, FRAMES_PER_SECOND, framesOf } from './envelope.ts';

/** A stretch of a recording, in seconds from its start. */
export type Span = { readonly startSeconds: number; readonly endSeconds: number };

/**
 * Recognisers' times are right to a few tenths of a second. Of what lasts longer, some part lies where it
 * was said, however wrong its times are.
 */
const TOLERANCE_SECONDS = 0.25;
const LONG_SECONDS = 1;
const LONG_TOLERANCE_SECONDS = 0.1;

/** The shortest word sounds for twice as long; a click or a crackle of the line does not. */
const LEAST_FRAMES = 2;

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
    const found = soundOf(channel);
    const { sounds, speechLike, changes } = found;
    const sums = {
      sounds: sumsOf(sounds),
      speechLike: sumsOf(speechLike),
      changes: sumsOf(changes),
    };
    return { compared: { energies: channel.energies, sounds }, found, sums };
  });
  const inAny = (which: keyof ChannelSound) =>
    sumsOf(
      Array.from({ length: frames }, (_, at) => channels.some(({ found }) => found[which][at])),
    );
  const any = {
    sounds: inAny('sounds'),
    speechLike: inAny('speechLike'),
    changes: inAny('changes'),
  };
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
    which: keyof ChannelSound,
    channel: number | null,
    [from, to]: readonly [number, number],
  ): number {
    const sums = (channel === null ? any : channels[channel - 1]?.sums)?.[which];
    // Nothing can be said about a channel that nobody heard.
    if (sums === undefined) return Infinity;
    return Math.max(0, (sums[to] ?? 0) - (sums[from] ?? 0));
  }

  /** Whether hardly any of these frames are in a span. */
  function hasNo(which: keyof ChannelSound, channel: number | null, span: Span): boolean {
    const isLong = span.endSeconds - span.startSeconds >= LONG_SECONDS;
    const range = framesIn(span, isLong ? LONG_TOLERANCE_SECONDS : TOLERANCE_SECONDS);
    return count(which, channel, range) < Math.min(LEAST_FRAMES, frames);
  }

  /** Whether all that sounds on a channel in this span can have come over from another one (see `Likeness`). */
  function likeness(channel: number, of: number, span: Span): Likeness {
    const own = channels[channel - 1]?.compared;
    const other = channels[of - 1]?.compared;
    if (own === undefined || other === undefined) return 'own';
    const range = framesIn(span, 0);
    workLeft -= Math.max(LEAST_WORK, range[1] - range[0]);
    if (workLeft < 0) return 'own';
    return likenessOf(own, other, { range, isSecond: channel > of });
  }

  return {
    channels: channels.length,

    /** Whether nothing at all sounds on a channel (1-based). */
    isSilent: (channel: number): boolean =>
      count('sounds', channel, [0, frames]) < Math.min(LEAST_FRAMES, frames),

    /** Whether nothing that could be a word sounds in this span, on this channel or (`null`) on any. */
    isSilentIn: (channel: number | null, span: Span): boolean => hasNo('sounds', channel, span),

    /** Whether nothing but silence and steady sound is in this span: a tone, hum, noise. */
    isWordlessIn: (channel: number | null, span: Span): boolean => hasNo('changes', channel, span),

    /** How long in this span the sound rises and falls as speech does, in seconds. */
    speechSecondsIn: (channel: number | null, span: Span): number =>
      count('speechLike', channel, framesIn(span, TOLERANCE_SECONDS)) / FRAMES_PER_SECOND,

    likeness,

    /** What is in this span: nothing that can be words, what can have come over from another channel, or speech. */
    kindIn(channel: number | null, span: Span): 'wordless' | 'echo' | 'speech' {
      if (hasNo('changes', channel, span)) return 'wordless';
      if (channel === null) return 'speech';
      for (let other = 1; other <= channels.length; other += 1)
        if (other !== channel && likeness(channel, other, span) !== 'own') return 'echo';
      return 'speech';
    },
  };
}

/** At each place, how many before it are true; one place more than there are values. */
function sumsOf(values: readonly boolean[]): Uint32Array {
  const sums = new Uint32Array(values.length + 1);
  for (const [at, value] of values.entries()) sums[at + 1] = (sums[at] ?? 0) + (value ? 1 : 0);
  return sums;
}
