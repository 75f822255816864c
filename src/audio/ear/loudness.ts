/** The quietest level that is told apart from nothing at all: the step of a 16-bit sample. */
const QUIETEST_DECIBELS = -96;
const LOUDEST_BYTE = 255;
const DECIBELS_PER_STEP = -QUIETEST_DECIBELS / LOUDEST_BYTE;

/**
 * A level as one byte on a logarithmic scale. `amplitude` is a part of full scale, 0 to 1; 0 stands for
 * nothing at all, 255 for full scale, and each step is 0.38 dB, less than anybody hears.
 */
export function toLoudness(amplitude: number): number {
  if (!(amplitude > 0)) return 0;
  const step = Math.round((20 * Math.log10(amplitude) - QUIETEST_DECIBELS) / DECIBELS_PER_STEP);
  return Math.min(Math.max(step, 0), LOUDEST_BYTE);
}

/** The decibels below full scale that a byte stands for: -96 to 0. */
export function toDecibels(loudness: number): number {
  return QUIETEST_DECIBELS + loudness * DECIBELS_PER_STEP;
}

/** The byte that stands for this many decibels below full scale. */
export function fromDecibels(decibels: number): number {
  const step = Math.round((decibels - QUIETEST_DECIBELS) / DECIBELS_PER_STEP);
  return Math.min(Math.max(step, 0), LOUDEST_BYTE);
}

/** How many steps of a byte these decibels are. */
export function toSteps(decibels: number): number {
  return decibels / DECIBELS_PER_STEP;
}
