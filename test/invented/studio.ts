import type { Sentence } from './sentences.ts';

export const RATE = 8_000;

/** A sentence on a channel (1-based), in seconds from the start. */
export type Said = {
  readonly channel: number;
  readonly start: number;
  readonly end: number;
  readonly text: string;
};

/** What a recogniser makes up where nobody speaks. */
type Invention = 'caption' | 'loop';

/** A recording of two channels, what is said in it, and what a recogniser makes of it. */
export type Scene = {
  readonly name: string;
  readonly channels: readonly [Float32Array, Float32Array];
  readonly said: readonly Said[];
  /** What a recogniser hears on the wrong channel, with the words that it understands. */
  readonly leaked: readonly Said[];
} & Lies;

/** What a recogniser does that nobody said. */
export type Lies = {
  /** What it makes up in pauses. */
  readonly inventions: readonly Invention[];
  /** Whether it repeats the end of what is said over and over. */
  readonly loops: boolean;
};

/** The amplitude of so many decibels below full scale. */
export const amplitudeOf = (decibels: number): number => 10 ** (decibels / 20);

/** A sound, by the second at which a sample lies. */
export type Sound = (seconds: number) => number;

export type Studio = ReturnType<typeof openStudio>;

/** How one channel is heard on the other. */
type Leak = { readonly from: number; readonly loss: number; readonly delay: number };

/** A place in which a recording of so many seconds is made. */
export function openStudio(seconds: number) {
  const length = Math.round(seconds * RATE);
  const tracks: [Float32Array, Float32Array] = [new Float32Array(length), new Float32Array(length)];
  const said: Said[] = [];
  const leaked: Said[] = [];
  const leaks: Leak[] = [];
  const track = (channel: number) => tracks[channel === 1 ? 0 : 1];

  function heardOn(channel: number): Float32Array {
    const heard = track(channel).slice();
    for (const { from, loss, delay } of leaks) {
      if (from === channel) continue;
      const later = Math.round(delay * RATE);
      const source = track(from);
      for (let at = later; at < length; at += 1)
        heard[at] = (heard[at] ?? 0) + (source[at - later] ?? 0) * amplitudeOf(loss);
    }
    return heard;
  }

  return {
    seconds,
    /** Says a sentence so loud (RMS); returns when it ends. */
    say(channel: number, start: number, sentence: Sentence, decibels = -20): number {
      const gain = amplitudeOf(decibels + 20);
      const own = track(channel);
      const from = Math.round(start * RATE);
      for (const [at, sample] of sentence.samples.entries())
        if (from + at < length) own[from + at] = (own[from + at] ?? 0) + sample * gain;
      const end = start + sentence.samples.length / RATE;
      said.push({ channel, start, end, text: sentence.text });
      return end;
    },
    /** Adds a sound to a channel. */
    add(channel: number, sound: Sound): void {
      const own = track(channel);
      for (const [at, sample] of own.entries()) own[at] = sample + sound(at / RATE);
    },
    /** Puts each sample of a channel through a device. */
    through(channel: number, device: (sample: number) => number): void {
      const own = track(channel);
      for (const [at, sample] of own.entries()) own[at] = device(sample);
    },
    /** Lets a channel, as it is by itself, be heard on the other one; a recogniser understands it so. */
    leak(from: number, loss: number, { delay = 0.02, hear = (text: string) => text } = {}): void {
      leaks.push({ from, loss, delay });
      for (const { channel, start, end, text } of said)
        if (channel === from)
          leaked.push({
            channel: 3 - from,
            start: start + delay,
            end: end + delay,
            text: hear(text),
          });
    },
    /** What is on the channels now. */
    scene(name: string, { inventions, loops }: Partial<Lies> = {}): Scene {
      return {
        name,
        channels: [heardOn(1), heardOn(2)],
        said,
        leaked,
        inventions: inventions ?? ['caption', 'loop'],
        loops: loops ?? false,
      };
    },
  };
}

/** The same scene with the sound of both channels on each, as a recorder writes it that mixes them. */
export function onBothChannels(scene: Scene): Scene {
  const mixed = mixOf(scene);
  return {
    ...scene,
    channels: [mixed, mixed],
    said: scene.said.map((each) => ({ ...each, channel: 1 })),
    leaked: scene.said.map((each) => ({ ...each, channel: 2 })),
  };
}

/** Both channels as one. */
export function mixOf({ channels: [one, other] }: Scene): Float32Array {
  return one.map((sample, at) => sample + (other[at] ?? 0));
}
