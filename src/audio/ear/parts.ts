import { soundOf } from './channel-sound.ts';
import { type Envelope, FRAMES_PER_SECOND } from './envelope.ts';
import type { Span } from './recording-sound.ts';

/** A cut leaves so much silence on either side: recognisers need a moment to hear a word's first sound. */
const MARGIN_FRAMES = 4;

/** The parts of the limit, from its end, in which a pause is looked for before a word is cut. */
const SEARCHED = [0.25, 0.5];

/**
 * Where nobody pauses, the next part begins so much before the end of this one, so that each word is whole
 * in one of them: ten seconds hold thirty words, enough to find the same ones in both, and cost little.
 */
const OVERLAP_SECONDS = 10;
const OVERLAP_SHARE = 0.2;

/** What is left behind a cut is at least so long: servers refuse less than a tenth of a second. */
const LEAST_REST_SECONDS = 1;

/** Where a channel can be cut. Every answer follows from the sound alone, so that each attempt cuts alike. */
export type Cuts = {
  /** The part that begins here and lasts as long as the limit allows, if anybody speaks that long. */
  partFrom(startSeconds: number, limitSeconds: number): Span;
  /** Where the part after this one begins: before its end if it ends within speech. */
  nextAfter(part: Span): number;
};

/**
 * Finds the pauses of a channel (1-based; `null`: of all together). Without an envelope, nobody is known to
 * pause. Times are multiples of a twentieth of a second, but for the end of the channel.
 */
export function createCuts(
  envelope: Envelope | null,
  channel: number | null,
  seconds: number,
): Cuts {
  const heard =
    envelope?.channels.filter((_, index) => channel === null || index === channel - 1) ?? [];
  const sounds = heard.map((each) => soundOf(each).sounds);

  /** How loud it is around a place, at its loudest. */
  function loudnessAt(frame: number): number {
    let loudest = 0;
    for (let at = frame - MARGIN_FRAMES; at < frame + MARGIN_FRAMES; at += 1)
      for (const { energies } of heard) loudest = Math.max(loudest, energies[at] ?? 0);
    return loudest;
  }
  function isPause(frame: number): boolean {
    if (heard.length === 0) return false;
    for (let at = frame - MARGIN_FRAMES; at < frame + MARGIN_FRAMES; at += 1)
      if (sounds.some((each) => each[at] === true)) return false;
    return true;
  }
  /** The last pause between two places; `null` when there is none. */
  function lastPause(from: number, to: number): number | null {
    for (let frame = to; frame > from; frame -= 1) if (isPause(frame)) return frame;
    return null;
  }
  function quietest(from: number, to: number): number {
    let found = to;
    let least = loudnessAt(to);
    for (let frame = to - 1; frame > from; frame -= 1) {
      const loudness = loudnessAt(frame);
      if (loudness < least) [found, least] = [frame, loudness];
    }
    return found;
  }

  return {
    partFrom(startSeconds, limitSeconds) {
      if (seconds - startSeconds <= limitSeconds) return { startSeconds, endSeconds: seconds };
      const latest = Math.min(startSeconds + limitSeconds, seconds - LEAST_REST_SECONDS);
      const to = Math.floor(latest * FRAMES_PER_SECOND);
      const from = (share: number) =>
        Math.ceil((latest - share * limitSeconds) * FRAMES_PER_SECOND);
      const pause = SEARCHED.map((share) => lastPause(from(share), to)).find((at) => at !== null);
      const [nearest = 0] = SEARCHED;
      return {
        startSeconds,
        endSeconds: (pause ?? quietest(from(nearest), to)) / FRAMES_PER_SECOND,
      };
    },

    nextAfter({ startSeconds, endSeconds }) {
      if (endSeconds >= seconds) return seconds;
      if (isPause(Math.round(endSeconds * FRAMES_PER_SECOND))) return endSeconds;
      const overlap = Math.min(OVERLAP_SECONDS, (endSeconds - startSeconds) * OVERLAP_SHARE);
      return Math.floor((endSeconds - overlap) * FRAMES_PER_SECOND) / FRAMES_PER_SECOND;
    },
  };
}
