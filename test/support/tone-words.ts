// Speech that a test can check word for word, because it is read back from the samples that arrive.

/** A word lasts a second: a pitch by which it begins, then four that stand for its number. */
const SYMBOL_SECONDS = 0.2;
const SYMBOLS = 4;
const SYNC_HERTZ = 350;
const PITCHES = Array.from({ length: 14 }, (_, index) => 500 + 150 * index);

/** Frames in which a pitch is looked for. */
const FRAME_SECONDS = 0.05;

/** Quieter than this is nothing: encoders let a little of one channel into the other. */
const LEAST_AMPLITUDE = 0.05;

/** A word that was read, and where. */
export type ToneWord = { readonly word: string; readonly start: number; readonly end: number };

/** The word with this number, below 38,416. */
export const wordOf = (number: number) => `w${number}`;

/** The samples of a word with this number, -1 to 1; `null`: a second of silence. */
export function createToneVoice(sampleRate: number) {
  const length = Math.round(SYMBOL_SECONDS * sampleRate);
  const tones = [SYNC_HERTZ, ...PITCHES].map((hertz) =>
    Float32Array.from({ length }, (_, at) => {
      const fade = Math.min(1, at / 40, (length - at) / 40);
      // Each falls as a syllable does: steady tones are no speech.
      const loudness = 0.25 - (0.13 * at) / length;
      return loudness * fade * Math.sin((2 * Math.PI * hertz * at) / sampleRate);
    }),
  );
  return (number: number | null): Float32Array => {
    const second = new Float32Array(sampleRate);
    if (number === null) return second;
    const digits = Array.from({ length: SYMBOLS }, (_, index) =>
      Math.floor(number / PITCHES.length ** index),
    );
    for (const [index, digit] of [-1, ...digits].entries()) {
      const tone = digit < 0 ? tones[0] : tones[1 + (digit % PITCHES.length)];
      second.set(tone ?? [], index * length);
    }
    return second;
  };
}

/**
 * The words in these samples. Like a recogniser, it makes something of a word that is cut: "xhead" at
 * the beginning, "xtail" at the end.
 */
export function readToneWords(samples: Float32Array, sampleRate: number): ToneWord[] {
  const frame = Math.round(FRAME_SECONDS * sampleRate);
  const pitchAt = createPitchFinder(sampleRate, frame);
  const frames = Math.floor(samples.length / frame);
  const pitches = Array.from({ length: frames }, (_, at) => pitchAt(samples, at * frame));
  const perSymbol = Math.round(SYMBOL_SECONDS / FRAME_SECONDS);
  const words: ToneWord[] = [];
  for (let at = 0; at < frames; at += 1) {
    const pitch = pitches[at] ?? null;
    if (pitch === null) continue;
    const start = at * FRAME_SECONDS;
    let behind = at;
    if (pitch !== SYNC_HERTZ) {
      while (behind < frames && pitches[behind] !== null && pitches[behind] !== SYNC_HERTZ)
        behind += 1;
      // A word's last frame may reach beyond its second.
      if (behind - at > 1) words.push({ word: 'xhead', start, end: behind * FRAME_SECONDS });
      at = behind - 1;
      continue;
    }
    while (behind < frames && behind - at <= perSymbol && pitches[behind] === SYNC_HERTZ)
      behind += 1;
    const found = Array.from({ length: SYMBOLS }, (_, index) => {
      const place = Math.round((behind + perSymbol * index + 1.5) * frame);
      return place + frame <= samples.length ? pitchAt(samples, place) : null;
    });
    const digits = found.map((hertz) => PITCHES.indexOf(hertz ?? 0));
    const isWhole = digits.every((digit) => digit >= 0);
    const number = digits.reduce((sum, digit, index) => sum + digit * PITCHES.length ** index, 0);
    const end = Math.min(behind + perSymbol * SYMBOLS, frames);
    words.push({ word: isWhole ? wordOf(number) : 'xtail', start, end: end * FRAME_SECONDS });
    at = end - 1;
    // The next word begins where its own pitch does.
    while (isWhole && at + 1 < frames && (pitches[at + 1] ?? 0) > SYNC_HERTZ && at - end < 2)
      at += 1;
  }
  return words;
}

/** Finds the strongest of the pitches in a frame, by Goertzel's filter; `null` where it is quiet. */
function createPitchFinder(sampleRate: number, frame: number) {
  const filters = [SYNC_HERTZ, ...PITCHES].map((hertz) => ({
    hertz,
    factor: 2 * Math.cos((2 * Math.PI * hertz) / sampleRate),
  }));
  return (samples: Float32Array, from: number): number | null => {
    let best: number | null = null;
    let strongest = (LEAST_AMPLITUDE * frame) ** 2 / 4;
    for (const { hertz, factor } of filters) {
      let one = 0;
      let two = 0;
      for (let at = from; at < from + frame; at += 1) {
        const next = (samples[at] ?? 0) + factor * one - two;
        two = one;
        one = next;
      }
      const power = one * one + two * two - factor * one * two;
      if (power > strongest) [best, strongest] = [hertz, power];
    }
    return best;
  };
}
