// Guarantees that every format with a decoder is heard, that the others and damaged files are not, and that no file fails, blocks or ends the process.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { audioTypeOf } from '../../../src/audio/audio-format.ts';
import { createEar, type Ear, type Hearing } from '../../../src/audio/ear/ear.ts';
import { watchLoop } from '../../support/loop-turns.ts';
import { channelOf, wavOf } from './sounds.ts';

const AUDIO = join(import.meta.dirname, '../data/audio');
const table = JSON.parse(readFileSync(join(AUDIO, '../audio.json'), 'utf8')) as {
  groups: { cases: { file: string; codec: string; channels: number; seconds: number | null }[] }[];
};

/** music-metadata's names of what no decoder here knows. */
const NOT_HEARD = /GSM|ADPCM|Vorbis|Speex/;

const SECOND = channelOf([{ seconds: 1, kind: 'voice' }]);

function heard(hearing: Hearing) {
  assert.ok(!('notHeard' in hearing), JSON.stringify(hearing));
  return hearing;
}

describe('the ear', () => {
  let ear: Ear;
  before(() => {
    ear = createEar();
  });
  after(() => ear.close());

  async function hear(bytes: Buffer, { channels = 2, pieceSize = 65_536, by = ear } = {}) {
    const type = await audioTypeOf(bytes);
    assert.ok(type !== null);
    const listener = by.listen(type.extension, channels);
    for (let at = 0; at < bytes.length; at += pieceSize)
      await listener.write(bytes.subarray(at, at + pieceSize));
    return listener.end();
  }

  for (const { file, codec, channels, seconds } of table.groups.flatMap(({ cases }) => cases)) {
    const isHeard = !NOT_HEARD.test(codec) && channels <= 8;
    it(`${isHeard ? 'hears' : 'does not hear'} ${file}`, async () => {
      const hearing = await hear(readFileSync(join(AUDIO, file)), { channels });
      if (!isHeard) return assert.ok('notHeard' in hearing);
      const { channels: facts, seconds: length, damage } = heard(hearing);
      assert.equal(facts.length, channels);
      for (const { soundSeconds } of facts) assert.ok(soundSeconds > 0);
      assert.equal(damage, 0);
      // Encoders pad: MP3 by frames, Opus by a few milliseconds.
      const expected = seconds ?? length;
      assert.ok(length >= expected - 0.01 && length <= expected + 0.3, `${length} s`);
    });
  }

  it('hears the same whatever the pieces', async () => {
    for (const file of ['pcm24-2ch-8000.wav', 'flac-2ch-8000.flac', 'opus-2ch-8000.opus']) {
      const bytes = readFileSync(join(AUDIO, file));
      const whole = heard(await hear(bytes));
      const { envelope } = heard(await hear(bytes, { pieceSize: 333 }));
      assert.deepEqual(envelope, whole.envelope, file);
    }
  });

  it('hears all that follows a header which claims less, but no chunk behind the samples', async () => {
    const channel = channelOf([{ seconds: 30, kind: 'voice' }]);
    const lying = heard(await hear(wavOf([channel], 2 * 16_000)));
    assert.equal(lying.seconds, 30);
    assert.deepEqual(lying.samples, { sizeBytes: 480_000, headerClaimsFewer: true });
    const list = Buffer.concat([Buffer.from('LIST\u0008\0\0\0INFOabcd', 'latin1'), SAMPLES_LIKE]);
    for (const pieceSize of [65_536, 331, 4]) {
      const tagged = heard(await hear(Buffer.concat([wavOf([SECOND]), list]), { pieceSize }));
      assert.equal(tagged.seconds, 1);
      assert.equal(tagged.samples?.headerClaimsFewer, false);
    }
  });

  it('does not believe in 65,535 channels', async () => {
    const wav = wavOf([channelOf([{ seconds: 16, kind: 'noise' }])]);
    wav.writeUInt16LE(65_535, 22);
    assert.deepEqual(await hear(wav), { notHeard: 'CHANNELS' });
  });

  it('gives up a file that keeps a decoder busy, and hears the next one', async () => {
    const impatient = createEar({ pieceMs: 1 });
    try {
      const slow = wavOf([channelOf([{ seconds: 60, kind: 'noise' }])]);
      assert.deepEqual(await hear(slow, { by: impatient }), { notHeard: 'TOO_SLOW' });
    } finally {
      await impatient.close();
    }
    heard(await hear(wavOf([SECOND])));
  });

  it('does not keep a recording waiting for long when all threads are taken', async () => {
    const small = createEar({ threads: 1, placeMs: 20 });
    try {
      const first = small.listen('wav', 1);
      await first.write(wavOf([SECOND]));
      assert.deepEqual(await hear(wavOf([SECOND]), { by: small }), { notHeard: 'BUSY' });
      heard(await first.end());
      heard(await hear(wavOf([SECOND]), { by: small }));
      const stopped = small.listen('wav', 1);
      await stopped.write(wavOf([SECOND]));
      stopped.stop();
      heard(await hear(wavOf([SECOND]), { by: small }));
    } finally {
      await small.close();
    }
  });

  it('survives hundreds of damaged files without blocking the process for 200 ms', async () => {
    const files = ['mp3-2ch-8000.mp3', 'opus-2ch-8000.opus', 'flac-2ch-8000.flac', 'piped.flac'];
    const loop = watchLoop();
    let state = 1;
    const random = (below: number) => {
      state = (state * 48_271) % 2_147_483_647;
      return state % below;
    };
    for (let round = 0; round < 100; round += 1) {
      await Promise.all(
        files.map(async (file) => {
          const bytes = Buffer.from(readFileSync(join(AUDIO, file)));
          for (let hit = 0; hit < 1 + (round % 5); hit += 1)
            bytes.writeUInt8(random(256), 4 + random(bytes.length - 4));
          const cut = bytes.subarray(0, 64 + random(bytes.length - 64));
          if ((await audioTypeOf(cut)) !== null) await hear(cut);
        }),
      );
    }
    const blocked = await loop.stop();
    assert.ok(blocked < 200, `blocked for ${blocked} ms`);
    heard(await hear(readFileSync(join(AUDIO, 'mp3-2ch-8000.mp3'))));
  });
});

/** What would be heard as sound if it were taken for samples. */
const SAMPLES_LIKE = Buffer.alloc(16_000, '\u0000\u0040', 'latin1');
