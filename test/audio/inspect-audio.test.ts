// Guarantees that a recording's type, length and channels come from its bytes, that the bytes pass through unchanged, and that nothing but audio is passed on.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { inspectAudio } from '../../src/audio/inspect-audio.ts';
import { TONES } from './audio-fixtures.ts';

type WavOptions = {
  seconds?: number;
  channels?: number;
  claimedBytes?: number;
  /** The length that the first chunk's header states for everything after it. */
  outerBytes?: number;
  extra?: Buffer;
};

/** A WAV file of 16-bit PCM at 8 kHz. */
function wav({
  seconds = 1,
  channels = 1,
  claimedBytes,
  outerBytes,
  extra = Buffer.alloc(0),
}: WavOptions = {}): Buffer {
  const samples = Buffer.alloc(Math.round(seconds * 8000) * channels * 2, 'pcm');
  const header = Buffer.alloc(36);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(
    outerBytes ?? Math.min(36 + extra.length + (claimedBytes ?? samples.length), 0xffff_ffff),
    4,
  );
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(8000 * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  const data = Buffer.alloc(8, 'data');
  data.writeUInt32LE(claimedBytes ?? samples.length, 4);
  return Buffer.concat([header, extra, data, samples]);
}

/** An ID3 tag that is longer than the first read. */
function longTag(): Buffer {
  const tag = Buffer.alloc(300_010);
  tag.write('ID3\u0004', 'latin1');
  // The size without the ten bytes of the header, seven bits per byte.
  for (const [index, shift] of [21, 14, 7, 0].entries()) tag[6 + index] = (300_000 >> shift) & 0x7f;
  return tag;
}

function streamOf(bytes: Buffer, size = 1000): Readable {
  const count = Math.ceil(bytes.length / size);
  const pieces = Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  return Readable.from(pieces, { objectMode: false });
}

async function inspect(bytes: Buffer, size?: number) {
  const { audio, facts, extension, mimeType } = await inspectAudio(streamOf(bytes, size));
  const chunks: Buffer[] = [];
  for await (const chunk of audio as AsyncIterable<Buffer>) chunks.push(chunk);
  assert.ok(Buffer.concat(chunks).equals(bytes), 'The bytes were changed.');
  assert.deepEqual([extension, mimeType], [(await facts).extension, (await facts).mimeType]);
  return facts;
}

const tone = (name: keyof typeof TONES): Buffer => Buffer.from(TONES[name], 'base64');

describe('inspecting a recording', () => {
  it('reads the channels, sample rate and length of a WAV file', async () => {
    assert.deepEqual(await inspect(wav({ seconds: 90.5, channels: 2 })), {
      extension: 'wav',
      mimeType: 'audio/wav',
      codec: 'PCM',
      channels: 2,
      sampleRateHertz: 8000,
      bitsPerSample: 16,
      durationSeconds: 90.5,
    });
  });

  const tones = [
    ['mp3', 'mp3', 'audio/mpeg', /^MPEG 2\.5 Layer 3$/],
    ['flac', 'flac', 'audio/flac', /^FLAC$/],
    ['ogg', 'ogg', 'audio/ogg', /^Vorbis/],
    ['gsmWav', 'wav', 'audio/wav', /^GSM610$/],
  ] as const;
  for (const [name, extension, mimeType, codec] of tones) {
    it(`recognises ${name} and its codec from the bytes`, async () => {
      const facts = await inspect(tone(name));
      assert.deepEqual([facts.extension, facts.mimeType], [extension, mimeType]);
      assert.match(facts.codec, codec);
      assert.deepEqual([facts.channels, facts.sampleRateHertz], [1, 8000]);
      // An MP3 is padded to whole frames: these are seven of 72 ms.
      assert.equal(facts.durationSeconds, extension === 'mp3' ? 7 * 0.072 : 0.1);
    });
  }

  it('knows the length of an MP3 with only a few frames', async () => {
    const frames = tone('mp3');
    for (const count of [1, 2, 4]) {
      const facts = await inspect(frames.subarray(0, count * 72));
      assert.deepEqual(
        [facts.extension, facts.sampleRateHertz, facts.durationSeconds],
        ['mp3', 8000, (count * 576) / 8000],
      );
    }
  });

  it('measures the whole of an MP3 that is far longer than the first read', async () => {
    // Without its first frame, which states the length: six frames of 72 ms, 500 times.
    const frames = tone('mp3').subarray(72);
    const { durationSeconds } = await inspect(
      Buffer.concat(Array.from({ length: 500 }, () => frames)),
    );
    assert.ok(durationSeconds !== null && Math.abs(durationSeconds - 500 * 6 * 0.072) < 1);
  });

  it('recognises an MP3 behind a tag that is longer than the first read', async () => {
    const frames = Array.from({ length: 20 }, () => tone('mp3'));
    const facts = await inspect(Buffer.concat([longTag(), ...frames]));
    assert.deepEqual([facts.extension, facts.sampleRateHertz], ['mp3', 8000]);
  });

  it('finds the true length although a WAV header was never completed', async () => {
    for (const claimedBytes of [0, 0x7fff_f000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
      assert.equal((await inspect(wav({ seconds: 20, claimedBytes }))).durationSeconds, 20);
      assert.equal((await inspect(wav({ seconds: 1, claimedBytes }))).durationSeconds, 1);
    }
  });

  it('finds the true length although the outer length of a WAV was never filled in', async () => {
    const rightBytes = 10 * 8000 * 2;
    for (const [outerBytes, claimedBytes] of [
      [0, 0],
      [0, rightBytes],
      [8, 0],
    ] as const) {
      const facts = await inspect(wav({ seconds: 10, outerBytes, claimedBytes }));
      assert.equal(facts.durationSeconds, 10, `${outerBytes}, ${claimedBytes}`);
    }
  });

  it('takes the length from the samples, whatever another chunk says about their number', async () => {
    const factOf = (samples: number) => {
      const chunk = Buffer.alloc(12, 'fact');
      chunk.writeUInt32LE(4, 4);
      chunk.writeUInt32LE(samples, 8);
      return chunk;
    };
    // No samples counted, and the samples of both channels added up.
    for (const samples of [0, 2 * 10 * 8000]) {
      const facts = await inspect(wav({ seconds: 10, channels: 2, extra: factOf(samples) }));
      assert.equal(facts.durationSeconds, 10, `${samples} samples`);
    }
  });

  it('gives the same result however the bytes are split', async () => {
    const bytes = wav({ seconds: 5 });
    const property = fc.asyncProperty(fc.integer({ min: 1, max: 100_000 }), async (size) => {
      assert.equal((await inspect(bytes, size)).durationSeconds, 5);
    });
    await fc.assert(property, { numRuns: 30 });
  });

  const hugeChunk = Buffer.alloc(8, 'id3 ');
  hugeChunk.writeUInt32LE(0xffff_fff0, 4);
  const unusable = {
    'a web page': Buffer.from('<!doctype html><title>Log in</title>'),
    'an empty file': Buffer.alloc(0),
    'a PNG picture': Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk',
      'base64',
    ),
    'an MP4 video': Buffer.concat([
      Buffer.from([0, 0, 0, 24]),
      Buffer.from('ftypisom\0\0\0\0isomiso2mp41'),
    ]),
    'plain text': Buffer.from('just words'),
    noise: Buffer.alloc(100_000, 0x55),
    'a WAV without samples': wav({ seconds: 0 }),
    'a WAV cut off inside its header': wav().subarray(0, 30),
    'a WAV cut off before its samples': wav().subarray(0, 40),
    'a WAV without a sample rate': Buffer.concat([
      wav().subarray(0, 24),
      Buffer.alloc(4),
      wav().subarray(28),
    ]),
    'a WAV whose header claims gigabytes': wav({ extra: hugeChunk }).subarray(0, 12 + 40),
    'an MP3 tag without an MP3': Buffer.concat([
      Buffer.from('ID3\u0004\0\0\0\0\0\n', 'latin1'),
      Buffer.alloc(500),
    ]),
    'the beginning of a FLAC file': tone('flac').subarray(0, 20),
    'the beginning of an Ogg file': tone('ogg').subarray(0, 20),
  };
  for (const [name, bytes] of Object.entries(unusable)) {
    it(`refuses ${name} as unreadable`, async () => {
      const source = streamOf(bytes);
      await assert.rejects(inspectAudio(source), {
        name: 'ServiceError',
        code: 'RECORDING_UNREADABLE',
      });
      assert.equal(source.destroyed, true);
    });
  }

  it('refuses an MP3 tag without an MP3 even when the tag is longer than the first read', async () => {
    const file = Buffer.concat([longTag(), Buffer.alloc(1_000)]);
    // The stream itself fails, so that the code that stores it knows not to keep it.
    const { audio, facts } = await inspectAudio(streamOf(file));
    const code = 'RECORDING_UNREADABLE';
    await assert.rejects(
      async () => {
        for await (const _ of audio);
      },
      { code },
    );
    await assert.rejects(facts, { code });
  });

  it("passes on the source's own error, whenever it occurs, and then gives no facts", async () => {
    const failure = new Error('The line went dead.');
    async function* failing(size: number): AsyncGenerator<Buffer> {
      yield wav({ seconds: 100 }).subarray(0, size);
      throw failure;
    }
    await assert.rejects(inspectAudio(Readable.from(failing(100))), (error) => error === failure);
    const { audio, facts } = await inspectAudio(Readable.from(failing(500_000)));
    await assert.rejects(
      async () => {
        for await (const _ of audio);
      },
      (error) => error === failure,
    );
    await assert.rejects(facts, (error) => error === failure);
  });

  it('releases the source when the reader stops early', async () => {
    for (const bytes of [
      wav({ seconds: 100 }),
      Buffer.concat(Array.from({ length: 1000 }, () => tone('mp3'))),
    ]) {
      const source = streamOf(bytes);
      const { audio, facts } = await inspectAudio(source);
      for await (const _ of audio) break;
      await assert.rejects(facts);
      assert.equal(source.destroyed, true);
    }
  });
});
