import { toDecibels, toSteps } from './loudness.ts';

/** A channel as it is compared: how loud each frame is, and in which something sounds. */
export type Compared = { readonly energies: Uint8Array; readonly sounds: readonly boolean[] };

/** A range of frames. */
type Range = readonly [from: number, to: number];

/** A voice that leaks over arrives at most so much later: the echo of a speaker phone or a gateway. */
const ECHO_FRAMES = 6;

/** A frame of the echo begins anywhere within a frame of the voice; quarters are near enough. */
const DELAYS = Array.from({ length: 4 * ECHO_FRAMES + 1 }, (_, index) => index / 4);

/** A minute tells as much as an hour, so no more frames of a span are looked at. */
const JUDGED_FRAMES = 400;

/** Whoever speaks into a channel himself is not quieter there than the other side by more than this. */
const QUIETER_BY = toSteps(10);

/** Above this part of its sounding frames, a channel has a voice of its own. */
const OWN_SHARE = 0.2;

/** What leaks over is quieter by the same amount throughout, within what coding and a room add to it. */
const SAME_LOSS = toSteps(2.5);

/**
 * Of the frames of an echo, more than six in ten are quieter by the same amount, and of those of another
 * voice, whatever it says, fewer than four and a half. Half a second is needed to tell. Where it is half of them, the
 * words have to tell.
 */
const ECHO_SHARE = 0.6;
const LIKELY_SHARE = 0.5;
const OTHER_SHARE = 0.45;
const TELLING_FRAMES = 10;
const LIKELY_FRAMES = 5;

/** Above this, one of two channels is the louder; below, both have the same. */
const LOUDER_BY = toSteps(2);

/**
 * What the sound of a channel in a span can be: `shape` when it is that of another one, `quiet` when it is
 * what can have come over, because it is so much quieter or resembles it, and `own` when it is a voice of its own.
 */
export type Likeness = 'shape' | 'quiet' | 'own';

/** Compares a channel with another; of two that have the same sound, `isSecond` says which is the copy. */
export function likenessOf(
  own: Compared,
  other: Compared,
  { range, isSecond }: { readonly range: Range; readonly isSecond: boolean },
): Likeness {
  const [from, to] = range;
  const sounding: number[] = [];
  const step = Math.max(1, Math.ceil((to - from) / JUDGED_FRAMES));
  for (let at = from; at < to; at += step) if (own.sounds[at] === true) sounding.push(at);
  if (sounding.length === 0) return 'quiet';

  const { share, loss } = bestFit(own, other, sounding);
  const isTold = sounding.length >= TELLING_FRAMES;
  const isCopy = Math.abs(loss) <= LOUDER_BY ? isSecond : loss > 0;
  if (isTold && share >= ECHO_SHARE) return isCopy ? 'shape' : 'own';
  if (isTold && share < OTHER_SHARE) return 'own';
  if (sounding.length >= LIKELY_FRAMES && share >= LIKELY_SHARE && isCopy) return 'quiet';
  const audible = sounding.filter((at) => {
    const loudest = Math.max(...other.energies.subarray(Math.max(0, at - ECHO_FRAMES), at + 2));
    return (own.energies[at] ?? 0) > loudest - QUIETER_BY;
  });
  return audible.length <= sounding.length * OWN_SHARE ? 'quiet' : 'own';
}

/** By how much the other is louder in most frames, at the delay at which these are most, and which part they are. */
function bestFit(own: Compared, other: Compared, sounding: readonly number[]) {
  let best = { share: 0, loss: 0 };
  for (const delay of DELAYS) {
    const losses = sounding
      .map((at) => energyAt(other.energies, at - delay) - (own.energies[at] ?? 0))
      .toSorted((one, two) => one - two);
    let first = 0;
    for (const [last, loss] of losses.entries()) {
      while (loss - (losses[first] ?? 0) > 2 * SAME_LOSS) first += 1;
      const share = (last - first + 1) / losses.length;
      if (share > best.share) best = { share, loss: losses[(first + last) >> 1] ?? 0 };
    }
  }
  return best;
}

/** How loud a channel is between two frames. */
function energyAt(energies: Uint8Array, at: number): number {
  const whole = Math.floor(at);
  const one = energies[whole] ?? 0;
  if (at === whole) return one;
  const part = at - whole;
  const next = energies[whole + 1] ?? 0;
  return loudnessOf((1 - part) * (POWERS[one] ?? 0) + part * (POWERS[next] ?? 0));
}

/** The power of each byte, and the byte of a power. */
const POWERS = Array.from({ length: 256 }, (_, loudness) => 10 ** (toDecibels(loudness) / 10));
const loudnessOf = (power: number): number =>
  (10 * Math.log10(power) - toDecibels(0)) / (toDecibels(1) - toDecibels(0));
