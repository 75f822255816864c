import { fromDecibels, toSteps } from './loudness.ts';

/** Nothing below this is sound, as in channel-sound.ts. */
const LEAST_SOUND = fromDecibels(-65);

/** Noise stays within this over a quarter of a second; between two syllables, speech falls by more. */
const STEADY_RANGE = toSteps(4);
const HALF_STEADY_WINDOW = 2;

/** Steady frames are believed to be a noise floor where there are as many of them. */
const STEADY_SHARE = 0.02;

/** The part of the frames that is at most as loud as the floor. */
const FLOOR_SHARE = 0.1;
/** A louder one is not believed where nothing is steady, as in channel-sound.ts. */
const LOUDEST_FLOOR = fromDecibels(-50);

/** Above its noise floor by this, a frame may belong to speech: the beginnings of words are faint. */
const ABOVE_FLOOR = toSteps(6);

/** A channel, the level of its noise, and the frames that are louder. */
export type Sounding = {
  readonly energies: Uint8Array;
  readonly floor: number;
  readonly threshold: number;
  readonly isSound: readonly boolean[];
};

/** Finds the noise floor of a channel, and what stands out from it. */
export function soundingOf(energies: Uint8Array): Sounding {
  const floor = floorOf(energies);
  const threshold = Math.max(LEAST_SOUND, floor + ABOVE_FLOOR);
  return {
    energies,
    floor,
    threshold,
    isSound: Array.from(energies, (energy) => energy >= threshold),
  };
}

function floorOf(energies: Uint8Array): number {
  const all = new Uint32Array(256);
  const steady = new Uint32Array(256);
  let steadyFrames = 0;
  for (let at = 0; at < energies.length; at += 1) {
    const energy = energies[at] ?? 0;
    all[energy] = (all[energy] ?? 0) + 1;
    let lowest = 255;
    let highest = 0;
    for (let near = at - HALF_STEADY_WINDOW; near <= at + HALF_STEADY_WINDOW; near += 1) {
      const level = energies[near] ?? energy;
      lowest = Math.min(lowest, level);
      highest = Math.max(highest, level);
    }
    if (highest - lowest > STEADY_RANGE) continue;
    steadyFrames += 1;
    steady[energy] = (steady[energy] ?? 0) + 1;
  }
  return steadyFrames >= energies.length * STEADY_SHARE
    ? levelBelow(steady, steadyFrames * FLOOR_SHARE)
    : Math.min(levelBelow(all, energies.length * FLOOR_SHARE), LOUDEST_FLOOR);
}

/** The level at or below which so many frames are. */
function levelBelow(counts: Uint32Array, frames: number): number {
  let level = 0;
  for (let below = counts[0] ?? 0; below < frames && level < 255;) {
    level += 1;
    below += counts[level] ?? 0;
  }
  return level;
}
