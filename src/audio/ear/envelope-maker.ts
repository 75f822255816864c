import {
  type Envelope,
  FRAMES_PER_SECOND,
  MAX_HEARD_CHANNELS,
  MAX_HEARD_SECONDS,
} from './envelope.ts';
import { toLoudness } from './loudness.ts';

/** Decoded sound: the samples of each channel, -1 to 1, equally many of each. */
export type Samples = {
  readonly channels: readonly Float32Array[];
  readonly sampleRate: number;
};

/** Rates outside these come from damaged headers; a frame at the lowest has fifty samples. */
const LOWEST_RATE = 1_000;
const HIGHEST_RATE = 768_000;

const MAX_FRAMES = MAX_HEARD_SECONDS * FRAMES_PER_SECOND;

/** Tells why something cannot be heard, in a word. */
export class NotHeardError extends Error {
  readonly reason: string;

  constructor(reason: string) {
    super(reason);
    this.reason = reason;
  }
}

export type EnvelopeMaker = ReturnType<typeof createEnvelopeMaker>;

/**
 * Makes the envelope of a recording from its samples, in whatever pieces they come. `add` throws
 * NotHeardError for what no recording of a call has: more than eight channels, another number of them
 * than before, an impossible rate, more than a day.
 */
export function createEnvelopeMaker() {
  let channels: ChannelMeter[] | null = null;
  // Counted in whole samples as long as the rate stays: a sum of fractions would drift.
  let seconds = 0;
  let counted = { samples: 0, rate: 1 };
  const secondsNow = () => seconds + counted.samples / counted.rate;
  return {
    add(samples: Samples): void {
      const { length } = samples.channels[0] ?? [];
      if (length === 0) return;
      channels ??= samples.channels.map(createChannelMeter);
      if (channels.length !== samples.channels.length || channels.length > MAX_HEARD_CHANNELS)
        throw new NotHeardError('CHANNELS');
      if (!(samples.sampleRate >= LOWEST_RATE && samples.sampleRate <= HIGHEST_RATE))
        throw new NotHeardError('RATE');
      if (samples.sampleRate !== counted.rate) {
        seconds = secondsNow();
        counted = { samples: 0, rate: samples.sampleRate };
      }
      counted.samples += length;
      if (secondsNow() > MAX_HEARD_SECONDS) throw new NotHeardError('TOO_LONG');
      for (const [index, meter] of channels.entries()) {
        const part = samples.channels[index];
        if (part !== undefined) meter.add(part, samples.sampleRate);
      }
    },
    /** Everything so far; the last frame may be shorter than the others. */
    end(): { readonly envelope: Envelope; readonly seconds: number } {
      return {
        envelope: { channels: (channels ?? []).map((meter) => meter.end()) },
        seconds: secondsNow(),
      };
    },
  };
}

type ChannelMeter = ReturnType<typeof createChannelMeter>;

function createChannelMeter() {
  let peaks = new Uint8Array(1024);
  let energies = new Uint8Array(1024);
  let frames = 0;
  // Of the frame that is being filled. Where it ends follows from the number of frames, so that rates
  // which are no multiple of twenty do not drift.
  let inFrame = 0;
  let left = 0;
  let drift = 0;
  let sum = 0;
  let squares = 0;
  let lowest = Infinity;
  let highest = -Infinity;

  function begin(sampleRate: number): void {
    const exact = sampleRate / FRAMES_PER_SECOND + drift;
    left = Math.floor(exact);
    drift = exact - left;
    inFrame = 0;
    sum = 0;
    squares = 0;
    lowest = Infinity;
    highest = -Infinity;
  }

  function close(): void {
    if (inFrame === 0 || frames === MAX_FRAMES) return;
    if (frames === peaks.length) {
      peaks = doubled(peaks);
      energies = doubled(energies);
    }
    const mean = sum / inFrame;
    peaks[frames] = toLoudness((highest - lowest) / 2);
    energies[frames] = toLoudness(Math.sqrt(Math.max(0, squares / inFrame - mean * mean)));
    frames += 1;
    inFrame = 0;
  }

  return {
    add(samples: Float32Array, sampleRate: number): void {
      for (let at = 0; at < samples.length;) {
        if (left === 0) begin(sampleRate);
        const until = Math.min(samples.length, at + left);
        inFrame += until - at;
        left -= until - at;
        for (; at < until; at += 1) {
          const sample = samples[at] ?? 0;
          sum += sample;
          squares += sample * sample;
          if (sample < lowest) lowest = sample;
          if (sample > highest) highest = sample;
        }
        if (left === 0) close();
      }
    },
    end() {
      close();
      return { peaks: peaks.slice(0, frames), energies: energies.slice(0, frames) };
    },
  };
}

function doubled(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(bytes.length * 2);
  larger.set(bytes);
  return larger;
}
