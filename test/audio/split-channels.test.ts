import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';

import fc from 'fast-check';
import { parseBuffer } from 'music-metadata';

import { channelOf } from '../../src/audio/split-channels.ts';
import { readWavLayout } from '../../src/audio/wav-layout.ts';

// Each channel of a WAV file becomes a WAV file of its own, sample for sample, however the file is
// split into chunks; a file whose channels cannot be separated is left alone.

type Wav = {
  readonly format: number;
  readonly channels: number;
  readonly bytesPerSample: number;
  readonly samples: Buffer;
  readonly sampleRateHertz?: number;
  readonly claimed?: number;
  readonly before?: Buffer;
  readonly behind?: Buffer;
  readonly isExtensible?: boolean;
};

function chunk(name: string, content: Buffer, claimed = content.length): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(claimed, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

/** A WAV file as recorders write it, assembled chunk by chunk. */
function toWav({ format, channels, bytesPerSample, samples, ...more }: Wav): Buffer {
  const rate = more.sampleRateHertz ?? 8_000;
  const body = Buffer.alloc(more.isExtensible === true ? 40 : 16);
  body.writeUInt16LE(more.isExtensible === true ? 0xfffe : format, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(rate, 4);
  body.writeUInt32LE(rate * channels * bytesPerSample, 8);
  body.writeUInt16LE(channels * bytesPerSample, 12);
  body.writeUInt16LE(bytesPerSample * 8, 14);
  if (more.isExtensible === true) {
    body.writeUInt16LE(22, 16);
    body.writeUInt16LE(bytesPerSample * 8, 18);
    body.writeUInt16LE(format, 24);
    body.write('000000001000800000aa00389b71', 26, 'hex');
  }
  const chunks = Buffer.concat([
    Buffer.from('WAVE'),
    more.before ?? Buffer.alloc(0),
    chunk('fmt ', body),
    chunk('data', samples, more.claimed),
    more.behind ?? Buffer.alloc(0),
  ]);
  return chunk('RIFF', chunks);
}

/** The channel's samples, worked out frame by frame. */
function expected({ samples, channels, bytesPerSample }: Wav, channel: number): Buffer {
  const picked: Buffer[] = [];
  const frameBytes = channels * bytesPerSample;
  for (let frame = 0; frame + frameBytes <= samples.length; frame += frameBytes) {
    const at = frame + (channel - 1) * bytesPerSample;
    picked.push(samples.subarray(at, at + bytesPerSample));
  }
  return Buffer.concat(picked);
}

function layoutOf(file: Buffer) {
  return readWavLayout(file.subarray(0, 64 * 1024), file.length);
}

async function split(file: Buffer, channel: number, cuts: readonly number[]): Promise<Buffer> {
  const layout = layoutOf(file);
  assert.ok(layout !== null, 'the file can be split');
  const part = channelOf(layout, channel);
  const borders = [
    0,
    ...cuts.map((cut) => cut % (file.length + 1)).toSorted((a, b) => a - b),
    file.length,
  ];
  const pieces = borders.slice(1).map((end, index) => file.subarray(borders[index], end));
  const bytes = await buffer(Readable.from(part.read(Readable.from(pieces))));
  assert.equal(bytes.length, part.sizeBytes, 'the length is known beforehand');
  return bytes;
}

/** The samples that another reader finds in a file. */
function dataOf(file: Buffer): Buffer {
  const at = file.indexOf('data', 12, 'latin1');
  return file.subarray(at + 8, at + 8 + file.readUInt32LE(at + 4));
}

describe('a channel of a WAV file', () => {
  it('has the same samples however the file is split into chunks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          format: fc.constantFrom(1, 3, 6, 7),
          channels: fc.integer({ min: 1, max: 8 }),
          bytesPerSample: fc.integer({ min: 1, max: 4 }),
          samples: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
          isExtensible: fc.boolean(),
          before: fc.constantFrom(Buffer.alloc(0), chunk('LIST', Buffer.from('odd'))),
          behind: fc.constantFrom(Buffer.alloc(0), chunk('LIST', Buffer.from('even'))),
        }),
        fc.array(fc.nat(), { maxLength: 12 }),
        async (wav, cuts) => {
          // A length of zero means that the recorder did not know it.
          fc.pre(wav.samples.length > 0);
          const file = toWav(wav);
          for (let channel = 1; channel <= wav.channels; channel += 1) {
            const bytes = await split(file, channel, cuts);
            assert.deepEqual(dataOf(bytes), expected(wav, channel));
          }
        },
      ),
    );
  });

  it('is not told apart in a file that states more channels than a call has sides', () => {
    const samples = Buffer.alloc(900);
    assert.equal(layoutOf(toWav({ format: 1, channels: 9, bytesPerSample: 1, samples })), null);
  });

  it('has a header also where the file states a rate that no header can hold a second of', async () => {
    const samples = Buffer.from([1, 0, 2, 0, 3, 0, 4, 0]);
    const file = toWav({ format: 1, channels: 2, bytesPerSample: 2, samples });
    file.writeUInt32LE(0xffff_ffff, file.indexOf('fmt ') + 12);
    assert.deepEqual(dataOf(await split(file, 1, [])), Buffer.from([1, 0, 3, 0]));
  });

  const FORMATS = [
    ['PCM, 8 bit', 1, 1, 'PCM'],
    ['PCM, 16 bit', 1, 2, 'PCM'],
    ['PCM, 24 bit', 1, 3, 'PCM'],
    ['floating point', 3, 4, 'IEEE_FLOAT'],
    ['A-law', 6, 1, 'ALAW'],
    ['µ-law', 7, 1, 'MULAW'],
  ] as const;
  for (const [name, format, bytesPerSample, codec] of FORMATS) {
    it(`is a file that other libraries can read: ${name}`, async () => {
      // An odd number of frames, so that a chunk of odd length is padded.
      const samples = Buffer.alloc(801 * 2 * bytesPerSample, 1);
      const wav = { format, channels: 2, bytesPerSample, samples, sampleRateHertz: 16_000 };
      const { format: found } = await parseBuffer(await split(toWav(wav), 2, [70]));
      assert.equal(found.codec, codec);
      assert.equal(found.numberOfChannels, 1);
      assert.equal(found.sampleRate, 16_000);
      assert.equal(found.numberOfSamples, 801);
    });
  }

  it('ends where the file ends, whatever its header claims', async () => {
    const samples = Buffer.from([1, 2, 3, 4, 5, 6, 7]);
    for (const claimed of [0, 0xffff_ffff, 0x7fff_ffff, 1000]) {
      const wav = { format: 7, channels: 2, bytesPerSample: 1, samples, claimed };
      // Without the padding byte, which would be read as a sample here.
      const file = toWav(wav).subarray(0, -1);
      assert.deepEqual(dataOf(await split(file, 1, [])), Buffer.from([1, 3, 5]));
      assert.deepEqual(dataOf(await split(file, 2, [])), Buffer.from([2, 4, 6]));
    }
  });

  it('is not extracted from compressed samples or from anything but a WAV file', () => {
    const samples = Buffer.alloc(65);
    // GSM 6.10 and IMA ADPCM; a block of 65 bytes is 320 samples.
    for (const format of [0x31, 0x11]) {
      assert.equal(layoutOf(toWav({ format, channels: 2, bytesPerSample: 1, samples })), null);
    }
    const sound = toWav({ format: 1, channels: 2, bytesPerSample: 2, samples });
    assert.equal(layoutOf(Buffer.concat([Buffer.from('ID3'), sound])), null);
    for (let length = 0; length < 44; length += 1) {
      assert.equal(layoutOf(sound.subarray(0, length)), null, `${length} bytes`);
    }
    const noChannels = Buffer.from(sound);
    noChannels.writeUInt16LE(0, 22);
    assert.equal(layoutOf(noChannels), null);
  });
});
