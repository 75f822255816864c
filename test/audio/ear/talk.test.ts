// Guarantees that who spoke for how long is measured within 0.3 s a minute, whatever the line and the format, and that
// interruptions are counted as the documentation defines them.
import assert from 'node:assert/strict';

import { createEar, type Ear } from '../../../src/audio/ear/ear.ts';
import { createEnvelopeMaker } from '../../../src/audio/ear/envelope-maker.ts';
import { measureTalk, type Talk } from '../../../src/audio/ear/talk.ts';
import { type Dialogue, soundOfTurns, truthOf, type Turns, turnsOf } from './dialogues.ts';
import { codedWav, type Coding } from './coded-wav.ts';
import { channelOf, type Stretch } from './sounds.ts';

const TOLERANCE_A_MINUTE = 0.3;

function measure(channels: readonly Float32Array[], sampleRate = 8_000): Talk | null {
  const maker = createEnvelopeMaker();
  maker.add({ channels, sampleRate });
  const { envelope, seconds } = maker.end();
  return measureTalk(envelope, seconds);
}

function assertTrue(talk: Talk | null, turns: Turns, minutes: number, of: string): void {
  assert.ok(talk !== null, of);
  const truth = truthOf(turns, minutes);
  const pairs: [string, number | undefined, number | undefined][] = [
    ['first', talk.channelSeconds[0], truth.spoken[0]],
    ['second', talk.channelSeconds[1], truth.spoken[1]],
    ['silence', talk.silenceSeconds, truth.silence],
  ];
  for (const [name, measured = NaN, expected = NaN] of pairs) {
    const off = (measured - expected) / minutes;
    assert.ok(Math.abs(off) <= TOLERANCE_A_MINUTE, `${of}: ${name} is off by ${off} s a minute`);
  }
  assert.ok(Math.abs(talk.longestSilenceSeconds - truth.longest) <= 0.15, `${of}: longest silence`);
}

const lines: readonly Omit<Dialogue, 'seed' | 'minutes'>[] = [
  { noise: null, bleed: null },
  { noise: -70, bleed: null, voice: 'tones' },
  { noise: -60, bleed: null, shape: 'round' },
  { noise: -50, bleed: null, levels: [-12, -18] },
  { noise: null, bleed: -15, levels: [-18, -18], shape: 'round' },
  { noise: -65, bleed: -20, delaySeconds: 0.25 },
  { noise: -60, bleed: -30, delaySeconds: 0, voice: 'tones', shape: 'round' },
  { noise: -55, bleed: -40, levels: [-14, -20], delaySeconds: 0.1 },
  { noise: null, bleed: -25, shape: 'cut', delaySeconds: 0.05 },
  { noise: -70, bleed: null, levels: [-10, -34], shape: 'round' },
];

describe('who spoke for how long', () => {
  let ear: Ear;
  before(() => {
    ear = createEar();
  });
  after(() => ear.close());

  for (const [index, line] of lines.entries()) {
    it(`is true within 0.3 s a minute: ${JSON.stringify(line)}`, () => {
      for (const seed of [index + 1, index + 31]) {
        const dialogue = { ...line, seed, minutes: 2 };
        const turns = turnsOf(dialogue);
        assertTrue(measure(soundOfTurns(turns, dialogue)), turns, 2, `seed ${seed}`);
      }
    });
  }

  const codings: readonly [Coding, number][] = [
    ['mulaw', 8_000],
    ['alaw', 8_000],
    ['pcm16', 11_025],
    ['pcm16', 44_100],
  ];
  for (const [coding, sampleRate] of codings) {
    it(`is true of a file too: ${coding} at ${sampleRate} Hz`, async () => {
      const dialogue: Dialogue = { seed: 5, minutes: 1, sampleRate, noise: -58, bleed: -25 };
      const turns = turnsOf(dialogue);
      const bytes = codedWav(soundOfTurns(turns, dialogue), sampleRate, coding);
      const listener = ear.listen('wav', 2);
      for (let at = 0; at < bytes.length; at += 65_536)
        await listener.write(bytes.subarray(at, at + 65_536));
      const hearing = await listener.end();
      assert.ok(!('notHeard' in hearing));
      assertTrue(hearing.talk, turns, 1, coding);
    });
  }

  it('is nothing for the side that only hears the other one, at any level', () => {
    for (const bleed of [-12, -20, -30, -45]) {
      const dialogue: Dialogue = { seed: 9, minutes: 1, bleed, noise: -70, delaySeconds: 0.1 };
      const [first] = turnsOf(dialogue);
      const talk = measure(soundOfTurns([first, []], dialogue));
      assert.equal(talk?.channelSeconds[1], 0, `${bleed} dB`);
      assertTrue(talk, [first, []], 1, `${bleed} dB`);
    }
  });

  it('is nothing for a tone, hum, steady noise and silence', () => {
    const quiet: Stretch = { seconds: 20, kind: 'zeros' };
    for (const kind of ['tone', 'noise', 'zeros'] as const) {
      const talk = measure([
        channelOf([quiet, { seconds: 20, kind, decibels: -25 }, quiet]),
        channelOf([{ seconds: 60, kind: 'noise', decibels: -60 }]),
      ]);
      assert.deepEqual(talk, {
        channelSeconds: [0, 0],
        silenceSeconds: 60,
        longestSilenceSeconds: 60,
        interruptions: 0,
      });
    }
  });

  it('is not known of one channel, of the same sound on two, and of more than two', () => {
    const dialogue: Dialogue = { seed: 3, minutes: 1, bleed: -20, noise: -60 };
    const [one, other] = soundOfTurns(turnsOf(dialogue), dialogue);
    assert.ok(one !== undefined && other !== undefined);
    const both = one.map((sample, at) => sample + (other[at] ?? 0));
    for (const channels of [
      [one],
      [both, both],
      [both, both.map((each) => each / 2)],
      [one, other, one],
    ])
      assert.equal(measure(channels), null);
  });
});

describe('an interruption', () => {
  const cases: readonly [name: string, turns: Turns, count: number][] = [
    ['begins in the middle of what the other says', [[[1, 8]], [[4, 10]]], 1],
    [
      'may come from either side',
      [
        [
          [1, 8],
          [16, 20],
        ],
        [[4, 18]],
      ],
      2,
    ],
    ['is no word of agreement', [[[1, 8]], [[4, 4.3]]], 0],
    ['is no answer', [[[1, 8]], [[8.3, 12]]], 0],
    ['is no answer that begins a little too early', [[[1, 8]], [[7.7, 12]]], 0],
    ['is not when both begin at once', [[[1, 8]], [[1.4, 6]]], 0],
    [
      'is none when somebody goes on after a breath',
      [
        [[1, 9]],
        [
          [0.5, 4],
          [4.6, 8],
        ],
      ],
      0,
    ],
  ];
  for (const [name, turns, count] of cases) {
    it(name, () => {
      const dialogue: Dialogue = { seed: 2, minutes: 0.5, noise: -65 };
      assert.equal(measure(soundOfTurns(turns, dialogue))?.interruptions, count);
    });
  }
});
