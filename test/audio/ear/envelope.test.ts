// Guarantees that the envelope of a recording says how loud each channel is, and that silence, sound and what may be speech are told apart as the documentation defines them.
import assert from 'node:assert/strict';

import { factsOf } from '../../../src/audio/ear/channel-sound.ts';
import { createEnvelopeMaker } from '../../../src/audio/ear/envelope-maker.ts';
import { decodeEnvelope, encodeEnvelope } from '../../../src/audio/ear/envelope.ts';
import { toDecibels } from '../../../src/audio/ear/loudness.ts';
import { channelOf, type Stretch } from './sounds.ts';

function envelopeOf(channels: readonly Float32Array[], sampleRate = 8_000, pieceSize = 999) {
  const maker = createEnvelopeMaker();
  const { length } = channels[0] ?? [];
  for (let at = 0; at < length; at += pieceSize) {
    const piece = channels.map((channel) => channel.subarray(at, at + pieceSize));
    maker.add({ channels: piece, sampleRate });
  }
  return maker.end();
}

const facts = (...stretches: Stretch[]) => {
  const [channel] = envelopeOf([channelOf(stretches)]).envelope.channels;
  assert.ok(channel !== undefined);
  return factsOf(channel);
};

const near = (actual: number, expected: number, by: number) =>
  assert.ok(Math.abs(actual - expected) <= by, `${actual}, expected ${expected}`);

describe('the envelope of a recording', () => {
  it('has the level of each twentieth of a second, within half a decibel', () => {
    const { envelope, seconds } = envelopeOf([
      channelOf([
        { seconds: 1, kind: 'tone', decibels: -20 },
        { seconds: 1, kind: 'tone', decibels: -60 },
      ]),
    ]);
    const [channel] = envelope.channels;
    assert.equal(seconds, 2);
    assert.equal(channel?.peaks.length, 40);
    near(toDecibels(channel?.peaks[5] ?? 0), -20, 0.5);
    // The energy of a sine is 3 dB below its peak.
    near(toDecibels(channel?.energies[5] ?? 0), -23, 0.5);
    near(toDecibels(channel?.peaks[35] ?? 0), -60, 0.5);
  });

  it('does not depend on the pieces in which the samples come', () => {
    const channel = channelOf([{ seconds: 3, kind: 'voice' }]);
    const whole = encodeEnvelope(envelopeOf([channel], 8_000, 1e9).envelope);
    for (const size of [1, 7, 400, 8_001])
      assert.deepEqual(encodeEnvelope(envelopeOf([channel], 8_000, size).envelope), whole);
  });

  it('does not drift at rates that are no multiple of twenty', () => {
    const channel = channelOf([{ seconds: 60, kind: 'noise' }], 11_025);
    const { envelope } = envelopeOf([channel], 11_025);
    assert.equal(envelope.channels[0]?.peaks.length, 1_200);
  });

  it('comes back from its stored form, and anything else is refused', () => {
    const { envelope } = envelopeOf([
      channelOf([{ seconds: 2, kind: 'voice' }]),
      channelOf([{ seconds: 2, kind: 'zeros' }]),
    ]);
    const stored = encodeEnvelope(envelope);
    assert.equal(stored.length, 12 + 2 * 2 * 40);
    const read = decodeEnvelope(stored);
    assert.deepEqual(read && encodeEnvelope(read), stored);
    const other = Buffer.from(stored);
    other.writeUInt8(9, 4);
    for (const bytes of [Buffer.alloc(0), stored.subarray(1), stored.subarray(0, 50), other])
      assert.equal(decodeEnvelope(bytes), null);
  });

  it('is refused for nine channels, impossible rates and more than a day', () => {
    const channel = new Float32Array(80_000);
    const add = (channels: number, sampleRate: number, times = 1) => {
      const maker = createEnvelopeMaker();
      const samples = { channels: Array.from({ length: channels }, () => channel), sampleRate };
      for (let time = 0; time < times; time += 1) maker.add(samples);
    };
    assert.throws(() => add(9, 8_000), { reason: 'CHANNELS' });
    assert.throws(() => add(1, 1), { reason: 'RATE' });
    assert.throws(() => add(1, 4_294_967_295), { reason: 'RATE' });
    assert.throws(() => add(1, 1_000, 1_081), { reason: 'TOO_LONG' });
    add(1, 1_000, 1_080);
  });
});

describe('what sounds on a channel', () => {
  it('is nothing in zeros, in a constant offset, in the hiss of a line and in the least step of A-law', () => {
    assert.equal(facts({ seconds: 10, kind: 'zeros' }).soundSeconds, 0);
    const offset = envelopeOf([new Float32Array(80_000).fill(0.1)]).envelope.channels[0];
    assert.equal(offset && factsOf(offset).soundSeconds, 0);
    for (const decibels of [-55, -60, -72])
      assert.equal(facts({ seconds: 10, kind: 'noise', decibels }).soundSeconds, 0, `${decibels}`);
  });

  for (const floor of [-90, -70, -60, -50] as const) {
    it(`is the speech of a dialogue over a noise floor of ${floor} dB, within 0.3 s a minute`, () => {
      const noise = { kind: 'noise', decibels: floor } as const;
      const voice = { kind: 'voice', decibels: -20 } as const;
      const said = facts(
        { seconds: 7, ...noise },
        { seconds: 11, ...voice },
        { seconds: 20, ...noise },
        { seconds: 4, ...voice },
        { seconds: 18, ...noise },
      );
      // Between two syllables, the generated voice falls silent for a frame.
      near(said.soundSeconds, 15, 1.6);
      near(said.silentSeconds, 45, 1.6);
      near(said.speechSeconds, said.soundSeconds, 0.3);
    });
  }

  it('is sound and nothing like speech in a steady tone, hum and loud noise', () => {
    for (const kind of ['tone', 'noise'] as const) {
      const { soundSeconds, speechSeconds } = facts({ seconds: 10, kind, decibels: -25 });
      near(soundSeconds, 10, 0.1);
      assert.equal(speechSeconds, 0);
    }
  });

  it('is the speech of somebody who talks without a pause, and of somebody far away', () => {
    near(facts({ seconds: 30, kind: 'voice', decibels: -20 }).soundSeconds, 30, 5);
    const far = facts(
      { seconds: 20, kind: 'zeros' },
      { seconds: 10, kind: 'voice', decibels: -45 },
    );
    near(far.soundSeconds, 10, 2.5);
  });
});
