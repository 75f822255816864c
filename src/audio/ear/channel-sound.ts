import { type ChannelEnvelope, FRAMES_PER_SECOND } from './envelope.ts';
import { fromDecibels, toSteps } from './loudness.ts';

/**
 * Nothing below this is sound, however quiet the line: the least step of A-law is -72 dB, and the hiss
 * of a telephone line about -65 dB. Speech over a telephone is at -20 to -45 dB.
 */
const LEAST_SOUND = fromDecibels(-65);

/** Sound is louder than its channel's noise floor by this: speech is by 15 dB and more. */
const ABOVE_FLOOR = toSteps(10);

/**
 * A louder floor than this is not believed to be one: a channel that is loud throughout (music, a
 * tone, somebody who talks without a pause) has no quiet tenth to take it from.
 */
const LOUDEST_FLOOR = fromDecibels(-50);

/** The part of a channel's frames that is at most as loud as its noise floor: people pause more than that. */
const FLOOR_SHARE = 0.1;

/**
 * Within a second, speech rises and falls by 15 dB and more from syllable to syllable. Hum, a tone and
 * steady noise stay within 3 dB.
 */
const SPEECH_RANGE = toSteps(9);
const HALF_WINDOW = FRAMES_PER_SECOND / 2;

/**
 * A click or a crackle of the line lasts for milliseconds: it is in one frame or in two, and its peak is far
 * above the energy of the whole frame. A word lasts for more frames.
 */
const CLICK_FRAMES = 2;
const CLICK_PEAK = toSteps(12);

/**
 * Steady sound stays within this for so many frames: a tone, hum, the hiss of a line. Speech moves even a
 * tone that is as loud by more. Fans and roads, which are not as loud, vary more than hiss.
 */
const STEADY_RANGE = toSteps(1.2);
const QUIET = fromDecibels(-35);
const QUIET_STEADY_RANGE = toSteps(3);
const STEADY_FRAMES = 6;

/** Where a steady sound begins and ends, a frame is filled in part, and compression leaves a trace in the next. */
const EDGE_FRAMES = 2;

/**
 * In which frames of a channel something sounds, in which of these it rises and falls as speech does, and
 * in which it changes at all. A tone, hum and steady noise sound and do not change, but where they begin
 * and end.
 */
export type ChannelSound = {
  readonly sounds: readonly boolean[];
  readonly speechLike: readonly boolean[];
  readonly changes: readonly boolean[];
};

/** Tells sound from silence and from clicks, and what may be speech from what is too steady for it. */
export function soundOf(channel: ChannelEnvelope): ChannelSound {
  const { energies } = channel;
  const threshold = thresholdOf(energies);
  const sounds = withoutClicks(
    Array.from(energies, (energy) => energy >= threshold),
    channel,
  );
  const speechLike = sounds.map(
    (isSound, at) => isSound && rangeAt(energies, sounds, at) >= SPEECH_RANGE,
  );
  const isSteady = steadyIn(energies);
  return { sounds, speechLike, changes: sounds.map((isSound, at) => isSound && !isSteady[at]) };
}

function withoutClicks(sounds: boolean[], { peaks, energies }: ChannelEnvelope): boolean[] {
  for (let from = 0; from < sounds.length;) {
    let to = from;
    let isClick = false;
    for (; sounds[to] === true; to += 1)
      if ((peaks[to] ?? 0) - (energies[to] ?? 0) > CLICK_PEAK) isClick = true;
    if (isClick && to - from <= CLICK_FRAMES) sounds.fill(false, from, to);
    from = to + 1;
  }
  return sounds;
}

/** Which frames belong to a steady sound, with those in which that begins or ends. */
function steadyIn(energies: Uint8Array): boolean[] {
  const isSteady = Array.from(energies, () => false);
  for (let from = 0; from + STEADY_FRAMES <= energies.length; from += 1) {
    let lowest = 255;
    let highest = 0;
    for (let at = from; at < from + STEADY_FRAMES; at += 1) {
      lowest = Math.min(lowest, energies[at] ?? 0);
      highest = Math.max(highest, energies[at] ?? 0);
    }
    const range = highest < QUIET ? QUIET_STEADY_RANGE : STEADY_RANGE;
    if (highest - lowest > range) continue;
    isSteady.fill(true, Math.max(0, from - EDGE_FRAMES), from + STEADY_FRAMES + EDGE_FRAMES);
  }
  return isSteady;
}

function thresholdOf(energies: Uint8Array): number {
  const counts = new Uint32Array(256);
  for (const energy of energies) counts[energy] = (counts[energy] ?? 0) + 1;
  let floor = 0;
  for (let below = counts[0] ?? 0; below < energies.length * FLOOR_SHARE && floor < 255;) {
    floor += 1;
    below += counts[floor] ?? 0;
  }
  return Math.max(LEAST_SOUND, Math.min(floor, LOUDEST_FLOOR) + ABOVE_FLOOR);
}

/**
 * From the quietest to the loudest of the frames that sound within half a second before and after. One
 * quiet frame is ignored: in it, a steady sound may begin or end.
 */
function rangeAt(energies: Uint8Array, sounds: readonly boolean[], at: number): number {
  const from = Math.max(0, at - HALF_WINDOW);
  const to = Math.min(energies.length, at + HALF_WINDOW + 1);
  let lowest = 255;
  let second = 255;
  let highest = 0;
  for (let frame = from; frame < to; frame += 1) {
    if (sounds[frame] !== true) continue;
    const energy = energies[frame] ?? 0;
    if (energy > highest) highest = energy;
    if (energy <= lowest) {
      second = lowest;
      lowest = energy;
    } else if (energy < second) second = energy;
  }
  return highest - second;
}

/** How long a channel sounds, may be speech, and is silent, in seconds. The first contains the second. */
export type ChannelFacts = {
  readonly soundSeconds: number;
  readonly speechSeconds: number;
  readonly silentSeconds: number;
};

/** The facts about one channel of an envelope. */
export function factsOf(channel: ChannelEnvelope): ChannelFacts {
  const { sounds, speechLike } = soundOf(channel);
  const sounding = sounds.filter(Boolean).length;
  return {
    soundSeconds: sounding / FRAMES_PER_SECOND,
    speechSeconds: speechLike.filter(Boolean).length / FRAMES_PER_SECOND,
    silentSeconds: (sounds.length - sounding) / FRAMES_PER_SECOND,
  };
}
