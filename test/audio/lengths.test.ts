// Guarantees that the length of an MP3 or Ogg file is that of its sound, whatever stands between and behind it, and that nothing needs the whole file at once.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';

import { inspectAudio } from '../../src/audio/inspect-audio.ts';
import { TONES } from './audio-fixtures.ts';

const tone = (name: keyof typeof TONES): Buffer => Buffer.from(TONES[name], 'base64');

async function inspect(bytes: Buffer, size = 997) {
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  const { audio, facts } = await inspectAudio(Readable.from(pieces, { objectMode: false }));
  for await (const _ of audio);
  return facts;
}

describe('the length of a recording', () => {
  it('counts neither what stands between the frames of an MP3 nor what stands behind them', async () => {
    const frames = tone('mp3');
    const noise = Buffer.from(Array.from({ length: 5_000 }, (_, at) => (at * at * 7) % 256));
    const ones = Buffer.alloc(100_000, 0xff);
    for (const other of [noise, ones, Buffer.from('TAG'.padEnd(128, ' '))]) {
      const { durationSeconds } = await inspect(Buffer.concat([frames, other, frames, other]));
      assert.equal(durationSeconds, 2 * 7 * 0.072);
    }
  });

  it('takes the length of an Ogg file from its first stream of sound, whatever the pages', async () => {
    const file = tone('ogg');
    const page = (serial: number, position: bigint) => {
      const bytes = Buffer.alloc(27);
      bytes.write('OggS', 'latin1');
      bytes.writeBigUInt64LE(position, 6);
      bytes.writeUInt32LE(serial, 14);
      return bytes;
    };
    const own = file.readUInt32LE(14);
    // Without the mark that the stream ends here.
    const open = Buffer.from(file);
    const last = file.lastIndexOf('OggS');
    open.writeUInt8(open.readUInt8(last + 5) & ~4, last + 5);
    const others = [page(own + 1, 9_000_000n), page(own, 2n ** 64n - 1n)];
    const { durationSeconds } = await inspect(
      Buffer.concat([open, Buffer.alloc(20_000), ...others, Buffer.alloc(300)]),
    );
    assert.equal(durationSeconds, 0.1);
    const more = page(own, 80_000n);
    assert.equal(
      (await inspect(Buffer.concat([open, Buffer.alloc(20_000), more]))).durationSeconds,
      10,
    );
    assert.equal(
      (await inspect(Buffer.concat([file, Buffer.alloc(20_000), more]))).durationSeconds,
      0.1,
    );
  });

  it('does not depend on the pieces in which the file comes', async () => {
    for (const name of ['mp3', 'ogg'] as const) {
      // Behind a tag of 70 kB, so that the frames begin behind the first read.
      const tag = Buffer.alloc(70_000);
      tag.write('ID3\u0004', 'latin1');
      for (const [index, shift] of [21, 14, 7, 0].entries())
        tag[6 + index] = (69_990 >> shift) & 0x7f;
      const file = name === 'mp3' ? Buffer.concat([tag, tone(name)]) : tone(name);
      const whole = await inspect(file, file.length);
      for (const size of [1, 2, 3, 43, 101, 4_096])
        assert.deepEqual(await inspect(file, size), whole, `${name} in pieces of ${size}`);
    }
  });
});
