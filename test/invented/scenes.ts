import type { Sentence } from './sentences.ts';
import { cadence, clicks, hum, music, noise, rumble, tone } from './sounds.ts';
import { onBothChannels, openStudio, type Scene, type Sound, type Studio } from './studio.ts';

/** A recording that is made when it is needed: that of ten minutes has 20 MB. */
export type Planned = {
  readonly name: string;
  /** Whether its sound tells everything that is made up; music may rise and fall as speech does. */
  readonly isTold: boolean;
  make(): Scene;
};

/** Lines on which the caller speaks between long pauses that are filled with something. */
const FILLED: readonly (readonly [name: string, sound: Sound])[] = [
  ['silence', () => 0],
  ['a constant offset', () => 0.05],
  ['hiss at -70 dB', noise(-70)],
  ['hiss at -60 dB', noise(-60)],
  ['hiss at -50 dB', noise(-50)],
  ['hiss at -40 dB', noise(-40)],
  ['the noise of a fan at -45 dB', rumble(-45)],
  ['hum at -50 dB', hum(-50)],
  ['hum at -30 dB', hum(-30)],
  ['a tone at -30 dB', tone(-30)],
  ['a tone at -18 dB', tone(-18, 1_000)],
  ['clicks', clicks(-6)],
  ['many clicks', clicks(-12, 0.31)],
  ['an engaged tone', cadence(tone(-20, 400), 0.5, 0.5)],
  ['a ringing tone', cadence(tone(-20, 425), 1, 4)],
  ['calm music', music(-25, { noteSeconds: 1.6, decay: 3, attackSeconds: 0.02 })],
  ['music of an organ', music(-25, { noteSeconds: 0.6, decay: 0, attackSeconds: 0.01 })],
];

/** Music that rises and falls as speech does: only its loops can be told from speech. */
const LIVELY: readonly (readonly [name: string, sound: Sound])[] = [
  ['music of a piano', music(-22, { noteSeconds: 0.5, decay: 30, attackSeconds: 0.01 })],
  ['music of a guitar', music(-22, { noteSeconds: 0.25, decay: 80, attackSeconds: 0.005 })],
];

/** Of a voice that leaks over: how much quieter it is, and how much later. */
const LEAKS: readonly (readonly [decibels: number, delay: number])[] = [
  [-4, 0.01],
  [-6, 0.02],
  [-9, 0.02],
  [-12, 0.02],
  [-12, 0.2],
  [-20, 0.02],
  [-20, 0.25],
  [-30, 0.1],
  [-40, 0.02],
];

/** Everything that recognisers are known to invent something in; the sentences are said in their order. */
export function plannedScenes(sentences: readonly Sentence[]): Planned[] {
  const nth = (index: number): Sentence => {
    const sentence = sentences[index % sentences.length];
    if (sentence === undefined) throw new Error('There is nothing to say.');
    return sentence;
  };
  const plan = (name: string, make: (name: string) => Scene): Planned => ({
    name,
    isTold: true,
    make: () => make(name),
  });

  /** The two sides speak in turn, from these sentences on. */
  function converse(studio: Studio, first: number, levels: readonly [number, number] = [-20, -20]) {
    let at = 0.6;
    for (let turn = 0; ; turn += 1) {
      const sentence = nth(first + turn);
      const channel = 1 + (turn % 2);
      if (at + sentence.samples.length / 8_000 > studio.seconds - 0.5) break;
      at = studio.say(channel, at, sentence, levels[channel - 1]) + 0.7;
    }
  }
  /** One side says a sentence, waits for long, and says another. */
  function filled(
    name: string,
    sound: Sound,
    inventions: Scene['inventions'],
    seconds = 24,
  ): Scene {
    const studio = openStudio(seconds);
    studio.say(1, 9, nth(3));
    studio.say(2, 0.5, nth(4));
    studio.say(2, 13, nth(5));
    studio.say(1, 17, nth(6));
    studio.add(1, sound);
    return studio.scene(name, { inventions });
  }

  return [
    plan('nothing at all', (name) => openStudio(15).scene(name)),
    ...FILLED.map(([what, sound]) =>
      plan(`pauses of ${what}`, (name) => filled(name, sound, ['caption', 'loop'])),
    ),
    ...FILLED.map(([what, sound]) =>
      plan(`nothing but ${what}`, (name) => {
        const studio = openStudio(15);
        studio.add(1, sound);
        studio.add(2, sound);
        return studio.scene(name);
      }),
    ),
    ...LIVELY.map(([what, sound]) => ({
      ...plan(`pauses of ${what}`, (name) => filled(name, sound, ['loop'])),
      isTold: false,
    })),
    ...LEAKS.map(([decibels, delay]) =>
      plan(`a voice that leaks over at ${decibels} dB, ${delay} s later`, (name) => {
        const studio = openStudio(24);
        converse(studio, 7);
        studio.leak(1, decibels, { delay });
        return studio.scene(name);
      }),
    ),
    plan('voices that leak over both ways on a line that hisses', (name) => {
      const studio = openStudio(30);
      converse(studio, 1, [-20, -26]);
      studio.leak(2, -18, { delay: 0.05 });
      studio.leak(1, -22, { delay: 0.05 });
      studio.add(1, noise(-62, 3));
      studio.add(2, noise(-62, 4));
      return studio.scene(name);
    }),
    plan('a voice that leaks over and is misunderstood there', (name) => {
      const studio = openStudio(24);
      converse(studio, 11);
      studio.leak(1, -15, { hear: (text) => text.replace(/ \w+ /, ' whatever ') });
      return studio.scene(name);
    }),
    plan('the same sound on both channels', (name) => {
      const studio = openStudio(20);
      converse(studio, 2);
      return onBothChannels(studio.scene(name));
    }),
    ...[-6, -12, -18].map((decibels) =>
      plan(`both speak at once, one ${decibels} dB quieter`, (name) => {
        const studio = openStudio(16);
        studio.say(1, 1, nth(8));
        studio.say(2, 1.2, nth(9), -20 + decibels);
        studio.say(1, 6, nth(12));
        studio.say(2, 6.5, nth(13), -20 + decibels);
        return studio.scene(name);
      }),
    ),
    ...[-3, -6, -9, -12].map((decibels) =>
      plan(`both say the same at once, one ${decibels} dB quieter`, (name) => {
        const studio = openStudio(16);
        const sentence = nth(10);
        studio.say(1, 1, sentence);
        // Another voice says it more slowly, and at other moments.
        studio.say(2, 1.15, slower(sentence, 1.18), -20 + decibels);
        studio.say(1, 8, nth(5));
        studio.say(2, 11, nth(6), -20 + decibels);
        return studio.scene(name, { inventions: ['caption'] });
      }),
    ),
    plan('the same sentence said twice, and once more by the other side', (name) => {
      const studio = openStudio(24);
      let at = 1;
      for (const channel of [1, 1, 2, 1, 2]) at = studio.say(channel, at, nth(5)) + 0.6;
      return studio.scene(name);
    }),
    plan('a sentence said eight times', (name) => {
      const studio = openStudio(40);
      let at = 1;
      for (let times = 0; times < 8; times += 1) at = studio.say(1, at, nth(6)) + 0.3;
      studio.say(2, at, nth(7));
      return studio.scene(name);
    }),
    plan('a loop behind each sentence', (name) => {
      const studio = openStudio(24);
      studio.say(1, 1, nth(0));
      studio.say(2, 8, nth(1));
      studio.say(1, 14, nth(2));
      return studio.scene(name, { loops: true });
    }),
    ...[-12, -20].map((decibels) =>
      plan(`voices that are clipped, the other side at ${decibels} dB`, (name) => {
        const studio = openStudio(24);
        converse(studio, 14, [8, decibels]);
        studio.through(1, (sample) => Math.max(-0.99, Math.min(0.99, sample)));
        return studio.scene(name);
      }),
    ),
    ...(
      [
        [-40, -66],
        [-46, -70],
        [-50, -75],
        [-38, -52],
        [-40, -50],
      ] as const
    ).map(([voice, hiss]) =>
      plan(`a quiet voice at ${voice} dB over hiss at ${hiss} dB`, (name) => {
        const studio = openStudio(24);
        converse(studio, 16, [-18, voice]);
        studio.add(2, noise(hiss, 5));
        return studio.scene(name);
      }),
    ),
    ...(
      [
        [-25, hum(-30)],
        [-26, noise(-34, 6)],
        [-24, tone(-30)],
      ] as const
    ).map(([voice, sound], index) =>
      plan(`a voice over ${['loud hum', 'loud noise', 'a loud tone'][index]}`, (name) => {
        const studio = openStudio(20);
        converse(studio, 18, [voice, -20]);
        studio.add(1, sound);
        return studio.scene(name, { inventions: ['loop'] });
      }),
    ),
    plan('somebody who hardly pauses', (name) => {
      const studio = openStudio(40);
      let at = 0;
      for (let turn = 20; turn < 34 && at < 35; turn += 1) at = studio.say(1, at, nth(turn), -30);
      studio.say(2, at, nth(35));
      return studio.scene(name);
    }),
    plan('a pause of ten minutes', (name) => {
      const studio = openStudio(615);
      studio.say(1, 1, nth(21));
      studio.say(2, 5, nth(22));
      studio.say(1, 609, nth(23));
      studio.add(1, noise(-64, 7));
      return studio.scene(name);
    }),
  ];
}

/** The same words, drawn out. */
function slower({ text, samples }: Sentence, factor: number): Sentence {
  const length = Math.floor(samples.length * factor);
  return {
    text,
    samples: Float32Array.from({ length }, (_, at) => {
      const place = at / factor;
      const whole = Math.floor(place);
      const from = samples[whole] ?? 0;
      return from + ((samples[whole + 1] ?? 0) - from) * (place - whole);
    }),
  };
}
