import { amplitudeOf, RATE, type Sound } from './studio.ts';

/** White noise, the same each time. */
export function noise(decibels: number, seed = 1): Sound {
  const next = randomFrom(seed);
  const gain = amplitudeOf(decibels) * Math.sqrt(3);
  return () => gain * (2 * next() - 1);
}

/** Noise of a fan or a road: low, and louder and quieter. */
export function rumble(decibels: number, seed = 2): Sound {
  const white = noise(decibels + 10, seed);
  let low = 0;
  return (at) => {
    low += (white(at) - low) * 0.2;
    return low * (1 + 0.2 * Math.sin(2 * Math.PI * 0.3 * at));
  };
}

export const tone =
  (decibels: number, hertz = 440): Sound =>
  (at) =>
    amplitudeOf(decibels) * Math.SQRT2 * Math.sin(2 * Math.PI * hertz * at);

/** Mains hum with its harmonics. */
export function hum(decibels: number): Sound {
  const parts = [50, 150, 250].map((hertz, index) => tone(decibels - 2 - 6 * index, hertz));
  return (at) => parts.reduce((sum, part) => sum + part(at), 0);
}

/** A tone that comes and goes: ringing (1 s, 4 s), busy (0.5 s, 0.5 s). */
export function cadence(sound: Sound, on: number, off: number): Sound {
  return (at) => (at % (on + off) < on ? sound(at) : 0);
}

/** A click a second, of a millisecond. */
export const clicks =
  (decibels: number, every = 1): Sound =>
  (at) =>
    (at + 0.37) % every < 0.001 ? amplitudeOf(decibels) * (Math.floor(at * RATE) % 2 ? 1 : -1) : 0;

const SCALE = [262, 294, 330, 349, 392, 440, 494, 523];

type Music = {
  /** How long a note lasts. */
  readonly noteSeconds: number;
  /** By how many decibels a note falls in a second. */
  readonly decay: number;
  /** How long it takes to begin. */
  readonly attackSeconds: number;
};

/** Music to wait by: notes of three strings, one after another. */
export function music(decibels: number, { noteSeconds, decay, attackSeconds }: Music): Sound {
  return (at) => {
    const note = Math.floor(at / noteSeconds);
    const since = at - note * noteSeconds;
    const pitch = SCALE[(note * 5 + Math.floor(note / 3)) % SCALE.length] ?? 262;
    const level = amplitudeOf(decibels - decay * since) * Math.min(1, since / attackSeconds);
    const chord = [1, 1.25, 1.5].map((part) => Math.sin(2 * Math.PI * pitch * part * at));
    return level * chord.reduce((sum, each) => sum + each, 0);
  };
}

function randomFrom(seed: number): () => number {
  let state = seed * 7_919 + 13;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
