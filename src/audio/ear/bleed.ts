import { toDecibels, toSteps } from './loudness.ts';
import type { Sounding } from './sounding.ts';

/** A voice comes over at once, or as an echo up to so many frames later. */
const LONGEST_DELAY = 6;

/** What comes over is quieter by the same amount throughout, within this. */
const TOLERANCE = toSteps(2.5);

/** What leaks is quieter than where it comes from by more than this. */
const LEAST_LOSS = toSteps(3);

/**
 * Of the frames in which both sound and this one is quieter, so many have to be quieter by the same
 * amount; both sides may speak at once in the others.
 */
const SAME_SHARE = 0.3;
const LEAST_FRAMES = 10;

/** What leaks does so throughout: of the other's loud frames, so many have to be heard here. */
const HEARD_SHARE = 0.8;

/** By so much, a frame that came over would be louder than the least sound that is heard here. */
const LOUD_ENOUGH = toSteps(6);

/** A frame is louder than what comes over by this where somebody speaks himself. */
const OWN_ABOVE = toSteps(4);

/** How one channel leaks into the other: quieter by `loss` steps, `delay` frames later. */
type Path = { readonly loss: number; readonly delay: number };

/** The frames of each channel in which what sounds came over from the other; `null` if both have the same sound. */
export function findBleed(
  one: Sounding,
  other: Sounding,
): readonly [readonly boolean[], readonly boolean[]] | null {
  if (isSame(one, other)) return null;
  return [bleedIn(one, other), bleedIn(other, one)];
}

/** Frames in which both sound differ by the same amount nearly always, and one hardly sounds without the other. */
function isSame(one: Sounding, other: Sounding): boolean {
  const counts = new Uint32Array(511);
  let either = 0;
  for (const [at, sounds] of one.isSound.entries()) {
    const both = sounds && other.isSound[at] === true;
    if (sounds || other.isSound[at] === true) either += 1;
    if (!both) continue;
    const difference = (one.energies[at] ?? 0) - (other.energies[at] ?? 0) + 255;
    counts[difference] = (counts[difference] ?? 0) + 1;
  }
  const [, frames] = commonest(counts, toSteps(1));
  return either > 0 && frames >= either * 0.95;
}

function bleedIn(own: Sounding, from: Sounding): boolean[] {
  const path = pathBetween(own, from);
  if (path === null) return own.isSound.map(() => false);
  return own.isSound.map((sounds, at) => {
    if (!sounds) return false;
    const source = loudestAround(from.energies, at - path.delay);
    return (own.energies[at] ?? 0) < sumOf(source - path.loss, own.floor) + OWN_ABOVE;
  });
}

function pathBetween(own: Sounding, from: Sounding): Path | null {
  let best: Path | null = null;
  let most = LEAST_FRAMES;
  for (let delay = 0; delay <= LONGEST_DELAY; delay += 1) {
    const counts = new Uint32Array(256);
    let quieter = 0;
    for (let at = delay; at < own.energies.length; at += 1) {
      if (own.isSound[at] !== true || from.isSound[at - delay] !== true) continue;
      const loss = (from.energies[at - delay] ?? 0) - (own.energies[at] ?? 0);
      if (loss < LEAST_LOSS) continue;
      quieter += 1;
      counts[loss] = (counts[loss] ?? 0) + 1;
    }
    const [loss, frames] = commonest(counts, TOLERANCE);
    if (frames < most || frames < quieter * SAME_SHARE) continue;
    if (!isHeard(own, from, { loss, delay })) continue;
    most = frames;
    best = { loss, delay };
  }
  return best;
}

/** Whether what is loud enough on one channel to be heard on the other nearly always is. */
function isHeard(own: Sounding, from: Sounding, { loss, delay }: Path): boolean {
  let loud = 0;
  let heard = 0;
  for (let at = delay; at < own.energies.length; at += 1) {
    if ((from.energies[at - delay] ?? 0) - loss < own.threshold + LOUD_ENOUGH) continue;
    loud += 1;
    if (own.isSound[at] === true) heard += 1;
  }
  return heard >= loud * HEARD_SHARE;
}

/** The value around which, within `by`, most are; and how many these are. */
function commonest(counts: Uint32Array, by: number): readonly [number, number] {
  let value = 0;
  let most = 0;
  for (let middle = 0; middle < counts.length; middle += 1) {
    let sum = 0;
    for (let near = Math.ceil(middle - by); near <= middle + by; near += 1)
      sum += counts[near] ?? 0;
    if (sum > most) {
      most = sum;
      value = middle;
    }
  }
  return [value, most];
}

function loudestAround(energies: Uint8Array, at: number): number {
  return Math.max(energies[at - 1] ?? 0, energies[at] ?? 0, energies[at + 1] ?? 0);
}

/** The level of two sounds at once. */
function sumOf(one: number, other: number): number {
  const power = (loudness: number) => 10 ** (toDecibels(loudness) / 10);
  return (10 * Math.log10(power(one) + power(other)) + 96) / (toDecibels(1) - toDecibels(0));
}
