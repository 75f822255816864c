/** When each of two sides speaks: spans in seconds. */
export type Turns = readonly [readonly Span[], readonly Span[]];
type Span = readonly [start: number, end: number];

/** How a voice rises and falls within a syllable, whose length is 1: what multiplies its amplitude. */
const SHAPES = {
  /** From nearly nothing and back, softly. */
  soft: (at: number) => 0.1 + 0.9 * Math.sin(Math.PI * at) ** 2,
  /** From nothing and back, at once. */
  round: (at: number) => Math.sin(Math.PI * at),
  /** Cut off within each, as by a consonant. */
  cut: (at: number) => (at < 0.3 || at > 0.7 ? 1 : 0.02),
} as const;

export type Dialogue = {
  readonly seed: number;
  readonly minutes: number;
  readonly sampleRate?: number;
  readonly shape?: keyof typeof SHAPES;
  readonly voice?: 'noise' | 'tones';
  /** Of each side, in decibels of full scale at the loudest place. */
  readonly levels?: readonly [number, number];
  /** Of the noise on both lines; `null`: none. */
  readonly noise?: number | null;
  /** By how many decibels each side is quieter on the other's channel, and how much later; `null`: not to be heard there. */
  readonly bleed?: number | null;
  readonly delaySeconds?: number;
};

/** A number from 0 to 1, another each time and the same in each run. */
function createRandom(seed: number): () => number {
  let state = seed * 7_919 + 13;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/**
 * Two people who take turns for so many minutes: several sentences each, with pauses between them, long
 * ones too; every fifth time, one begins before the other has ended.
 */
export function turnsOf({ seed, minutes }: Pick<Dialogue, 'seed' | 'minutes'>): Turns {
  const random = createRandom(seed);
  for (let warmUp = 0; warmUp < 20; warmUp += 1) random();
  const turns: [[number, number][], [number, number][]] = [[], []];
  const end = minutes * 60 - 1;
  let at = 0.5 + random() * 2;
  for (let side: 0 | 1 = 0; at < end - 8; side = side === 0 ? 1 : 0) {
    const own = turns[side];
    at = Math.max(at, (own.at(-1)?.[1] ?? 0) + 0.5);
    for (let left = 1 + Math.floor(random() * 3); left > 0; left -= 1) {
      const until = Math.min(end, at + 0.8 + random() * 4);
      if (until - at > 0.5) own.push([at, until]);
      at = until + (left > 1 ? 0.4 + random() : 0);
    }
    at += random() < 0.2 ? -1.5 * random() : 0.4 + random() * 2.5;
    if (random() < 0.05) at += 8;
  }
  return turns;
}

/** The sound of a dialogue, channel by channel. */
export function soundOfTurns(turns: Turns, dialogue: Dialogue): readonly Float32Array[] {
  const { seed, minutes, sampleRate = 8_000, shape = 'soft', voice = 'noise' } = dialogue;
  const { levels = [-18, -24], noise = null, bleed = null, delaySeconds = 0.02 } = dialogue;
  const random = createRandom(seed + 1);
  const length = Math.round(minutes * 60 * sampleRate);
  const spoken = turns.map((spans, side) => {
    const channel = new Float32Array(length);
    const amplitude = 10 ** ((levels[side] ?? 0) / 20);
    for (const [start, end] of spans) {
      const syllables = Math.max(1, Math.round((end - start) * (3 + random() * 2.5)));
      const pitch = 90 + random() * 120;
      const from = Math.round(start * sampleRate);
      const to = Math.round(end * sampleRate);
      for (let at = from; at < to; at += 1) {
        const phase = 2 * Math.PI * pitch * ((at - from) / sampleRate);
        const carrier =
          voice === 'noise'
            ? random() * 2 - 1
            : (Math.sin(phase) + 0.6 * Math.sin(2 * phase) + 0.4 * Math.sin(3 * phase)) / 2;
        const inSyllable = (((at - from) / (to - from)) * syllables) % 1;
        channel[at] = amplitude * SHAPES[shape](inSyllable) * carrier;
      }
    }
    return channel;
  });
  const delay = Math.round(delaySeconds * sampleRate);
  const leak = bleed === null ? 0 : 10 ** (bleed / 20);
  // Of a noise between -1 and 1, the RMS is 1 / √3.
  const hiss = noise === null ? 0 : 10 ** (noise / 20) * Math.sqrt(3);
  return spoken.map((own, side) => {
    const other = spoken[1 - side];
    return own.map((sample, at) => {
      const over = leak * (other?.[at - delay] ?? 0);
      return sample + over + (hiss === 0 ? 0 : hiss * (random() * 2 - 1));
    });
  });
}

/** What is true of these turns, in seconds. */
export function truthOf(turns: Turns, minutes: number) {
  let spokenUntil = 0;
  let silence = 0;
  let longest = 0;
  const all = turns.flat().toSorted(([one], [other]) => one - other);
  for (const [start, end] of [...all, [minutes * 60, minutes * 60] as const]) {
    silence += Math.max(0, start - spokenUntil);
    longest = Math.max(longest, start - spokenUntil);
    spokenUntil = Math.max(spokenUntil, end);
  }
  const spoken = turns.map((spans) => spans.reduce((sum, [start, end]) => sum + end - start, 0));
  return { spoken, silence, longest };
}
