import type { IFormat } from 'music-metadata';

import { ServiceError } from '../domain/service-error.ts';
import type { WavHeader } from './wav-header.ts';

/**
 * Some recorders state the length of the whole file as that of its samples. No header is longer than
 * this, and 64 bytes are four milliseconds of telephone audio, which nobody misses.
 */
const CLAIM_TOLERANCE_BYTES = 64;

/** The codecs, by music-metadata's names, whose duration follows from the number of bytes alone. */
const FIXED_SIZE_CODECS: readonly (string | undefined)[] = ['PCM', 'IEEE_FLOAT', 'ALAW', 'MULAW'];

/** The part of music-metadata's answer that is used. */
export type Format = Pick<
  IFormat,
  'codec' | 'numberOfChannels' | 'sampleRate' | 'bitsPerSample'
> & {
  readonly duration?: number | null;
};

/**
 * How long the sound lasts, in seconds; `null` when nothing says so. Throws RECORDING_CORRUPT when a WAV
 * has fewer samples than its header states.
 */
export function durationOf(
  wav: WavHeader | null,
  sizeBytes: number,
  format: Format | null,
): number | null {
  if (wav === null) return format?.duration || null;
  const { claimedBytes, dataAt, bytesPerSecond } = wav;
  const arrivedBytes = sizeBytes - dataAt;
  if (claimedBytes === null) return bytesPerSecond > 0 ? arrivedBytes / bytesPerSecond : null;
  if (claimedBytes - arrivedBytes > CLAIM_TOLERANCE_BYTES) {
    throw new ServiceError(
      'RECORDING_CORRUPT',
      `The recording arrived damaged: it has ${arrivedBytes} bytes of sound, and its header states ${claimedBytes}.`,
      { context: { arrivedBytes, claimedBytes } },
    );
  }
  // The library trusts a count of samples that some recorders leave at 0 or sum over all channels.
  if (bytesPerSecond > 0 && FIXED_SIZE_CODECS.includes(format?.codec)) {
    return Math.min(claimedBytes, arrivedBytes) / bytesPerSecond;
  }
  return format?.duration || null;
}
