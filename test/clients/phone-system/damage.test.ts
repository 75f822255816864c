// Guarantees that a damaged, foreign, hostile or oversized reply never becomes a completed recording, however it is split into chunks.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readRecordingReply } from '../../../src/clients/phone-system/recording-reply.ts';
import type { ErrorCode } from '../../../src/domain/error-codes.ts';
import {
  AUDIO,
  createReceiver,
  envelope,
  KEY,
  never,
  recording,
  withPhoneSystem,
} from './support.ts';

async function assertRefused(
  body: string,
  code: ErrorCode,
  headers: Record<string, string> = {},
): Promise<void> {
  const receiver = createReceiver();
  await withPhoneSystem(
    (response) => response.writeHead(200, headers).end(body),
    async ({ client }) => {
      const fetching = client.fetchRecording(KEY, receiver.receive, never);
      await assert.rejects(fetching, { name: 'ServiceError', code });
    },
  );
  assert.equal(receiver.state.completed, false);
}

/** Reads a body that arrives in the given pieces. */
async function readInPieces(
  body: Buffer,
  cuts: readonly number[],
  maxBytes = 1_000_000,
): Promise<Buffer> {
  const places = [0, ...cuts.map((cut) => cut % (body.length + 1)), body.length].toSorted(
    (a, b) => a - b,
  );
  async function* pieces(): AsyncGenerator<Buffer> {
    for (const [index, place] of places.slice(1).entries())
      yield body.subarray(places[index], place);
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of readRecordingReply(pieces(), KEY, maxBytes, () => false))
    chunks.push(chunk);
  return Buffer.concat(chunks);
}

const base64Of = (text: string): string => Buffer.from(text).toString('base64');

describe('a reply of the phone system', () => {
  it('decodes any audio to the same bytes, however it is split', async () => {
    const anyAudio = fc.uint8Array({ minLength: 1, maxLength: 300 });
    const property = fc.asyncProperty(
      anyAudio,
      fc.array(fc.nat()),
      fc.boolean(),
      async (bytes, cuts, escaped) => {
        const audio = Buffer.from(bytes);
        const body = envelope(recording({ display: 'Zoë' }, audio));
        const read = await readInPieces(
          Buffer.from(escaped ? body.replaceAll('/', '\\/') : body),
          cuts,
        );
        assert.deepEqual(read, audio);
      },
    );
    await fc.assert(property, { numRuns: 300 });
  });

  it('decodes escaped base64 that arrives byte by byte, whatever the form of the escape', async () => {
    const audio = Buffer.alloc(30, 0xff);
    for (const escape of ['\\/', '\\u002f', '\\u002F']) {
      const body = Buffer.from(envelope(recording({}, audio)).replaceAll('/', escape));
      assert.deepEqual(await readInPieces(body, [...body.keys()]), audio);
    }
  });

  it('is refused when a second base64 text follows the padding of the first, however they are split', async () => {
    const body = Buffer.from('{"responses":[{"code":200}],"data":{"data":"YWJjYQ==YWJj"}}');
    for (const cut of body.keys()) {
      await assert.rejects(readInPieces(body, [cut]), { code: 'RECORDING_CORRUPT' });
    }
  });

  it('is refused when any one base64 character is replaced, removed or inserted, however it is split', async () => {
    const damages = [
      (text: string, at: number) => `${text.slice(0, at)}*${text.slice(at + 1)}`,
      (text: string, at: number) => `${text.slice(0, at)}-${text.slice(at + 1)}`,
      (text: string, at: number) => `${text.slice(0, at)}ȫ${text.slice(at + 1)}`,
      (text: string, at: number) => `${text.slice(0, at)}=${text.slice(at)}`,
      (text: string, at: number) => `${text.slice(0, at)} ${text.slice(at)}`,
      (text: string, at: number) => text.slice(0, at) + text.slice(at + 1),
    ];
    const property = fc.asyncProperty(
      fc.uint8Array({ minLength: 3, maxLength: 300 }),
      fc.nat(),
      fc.constantFrom(...damages),
      fc.array(fc.nat()),
      async (bytes, where, damage, cuts) => {
        // Without size and sha1, only the decoder can notice.
        const text = Buffer.from(bytes).toString('base64');
        const body = `{"responses":[{"code":200}],"data":{"data":"${damage(text, where % text.length)}"}}`;
        await assert.rejects(readInPieces(Buffer.from(body), cuts), { code: 'RECORDING_CORRUPT' });
      },
    );
    await fc.assert(property, { numRuns: 500 });
  });

  it('decodes base64 with line breaks to the same bytes, wherever they are and however it is split', async () => {
    const property = fc.asyncProperty(
      fc.uint8Array({ minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 80 }),
      fc.constantFrom('\r\n', '\n', '\r'),
      fc.array(fc.nat()),
      async (bytes, width, lineBreak, cuts) => {
        const audio = Buffer.from(bytes);
        const lines = audio
          .toString('base64')
          .replaceAll(new RegExp(`.{1,${width}}`, 'g'), `$&${lineBreak}`);
        const body = Buffer.from(envelope({ data: lines, size: audio.length }));
        assert.deepEqual(await readInPieces(body, cuts), audio);
      },
    );
    await fc.assert(property, { numRuns: 200 });
  });

  const foreignBase64 = {
    'a data URI': `data:audio/wav;base64,${AUDIO.toString('base64')}`,
    'a missing end': 'YWJjZ',
    'missing padding': 'YWI',
    'padding in the middle': 'YQ==YQ==',
    'left-over bits after the last byte': 'YR==',
    'white space': 'YWJj YWJj',
    'the URL-safe alphabet': 'YWJj-_-_',
    'text that is not base64': 'nothing here!',
  };
  for (const [name, data] of Object.entries(foreignBase64)) {
    it(`is corrupt with ${name}`, () => assertRefused(envelope({ data }), 'RECORDING_CORRUPT'));
  }
  it('is corrupt with a raw line feed inside the base64', () =>
    assertRefused(`{"responses":[{"code":200}],"data":"YWJj\nYWJj"}`, 'RECORDING_CORRUPT'));
  it('is corrupt with anything after the JSON', () =>
    assertRefused(`${envelope({ data: 'YWJj' })}{}`, 'RECORDING_CORRUPT'));
  it('is corrupt when the sha1 differs', () =>
    assertRefused(envelope(recording({ sha1: 'a'.repeat(40) })), 'RECORDING_CORRUPT'));
  it('is corrupt when the size differs, whether it precedes or follows the audio', async () => {
    await assertRefused(envelope(recording({ size: AUDIO.length + 1 })), 'RECORDING_CORRUPT');
    await assertRefused(envelope({ data: base64Of('abc'), size: '2' }), 'RECORDING_CORRUPT');
  });
  it('is not accepted with a malformed hash or size', async () => {
    await assertRefused(envelope(recording({ sha1: 'yes' })), 'PHONE_SYSTEM_REPLY_INVALID');
    await assertRefused(envelope(recording({ size: '1 kB' })), 'PHONE_SYSTEM_REPLY_INVALID');
  });

  const unreadable = {
    'an empty body': '',
    'an empty recording': envelope({ data: '' }),
    'no recording at all': envelope(null),
    'fields without a recording': envelope({ snumber: '1' }),
  };
  for (const [name, body] of Object.entries(unreadable)) {
    it(`is unreadable with ${name}`, () => assertRefused(body, 'RECORDING_UNREADABLE'));
  }

  it('is an outage of the phone system when a web page comes in its place', async () => {
    const page = '\n<!doctype html><html><body>Back soon</body></html>';
    await assertRefused(page, 'PHONE_SYSTEM_UNAVAILABLE');
  });

  const unfinished = {
    'no data': envelope({ complete: 0, data: null }),
    'empty data': envelope({ complete: '0', size: 0, data: '' }),
    'audio that is whole as far as it goes': envelope(recording({ complete: 0 })),
    'the word after the audio': envelope({ ...recording(), complete: 0 }),
    'a truth value': envelope(recording({ complete: false })),
    'the word beside flat data': envelope(AUDIO.toString('base64'), { complete: 0 }),
  };
  for (const [name, body] of Object.entries(unfinished)) {
    it(`is not there yet when it says that it is not complete, with ${name}`, () =>
      assertRefused(body, 'RECORDING_NOT_THERE_YET'));
  }

  const foreign = {
    'a list': '[{"data":"YWJj"}]',
    'a text': '"YWJj"',
    'a number': '12',
    'plain text': 'OK',
    'raw audio': 'RIFF\u0001\u0002',
    'JSON of another service': '{"error":"no such method"}',
    'two recordings': '{"responses":[{"code":200}],"data":"YWJj","data":"YWJj"}',
    'a code that is not a number': '{"responses":[{"code":"fine"}],"data":"YWJj"}',
    'an unknown code': '{"responses":[{"code":299}],"data":"YWJj"}',
    'JSON nested very deeply': `{"data":${'['.repeat(100_000)}`,
  };
  for (const [name, body] of Object.entries(foreign)) {
    it(`is invalid with ${name}`, () => assertRefused(body, 'PHONE_SYSTEM_REPLY_INVALID'));
  }
  it('is invalid when it is compressed, so that no zip bomb can expand', () =>
    assertRefused(envelope(recording()), 'PHONE_SYSTEM_REPLY_INVALID', {
      'content-encoding': 'gzip',
    }));

  it('may hold a recording of exactly the limit, and not one byte more', async () => {
    for (const { maxBytes, fits } of [
      { maxBytes: AUDIO.length, fits: true },
      { maxBytes: AUDIO.length - 1, fits: false },
    ]) {
      const { data } = recording();
      const reading = readInPieces(Buffer.from(envelope({ data })), [50, 60], maxBytes);
      if (fits) assert.deepEqual(await reading, AUDIO);
      else await assert.rejects(reading, { code: 'RECORDING_TOO_LARGE', context: { maxBytes } });
    }
  });

  it('is refused before any audio is received when its stated size exceeds the limit', async () => {
    const receiver = createReceiver();
    await withPhoneSystem(
      (response) => response.end(envelope(recording({ size: 5_000_000_000 }))),
      async ({ client }) => {
        const fetching = client.fetchRecording(KEY, receiver.receive, never);
        await assert.rejects(fetching, { code: 'RECORDING_TOO_LARGE' });
      },
    );
    assert.equal(receiver.state.calls, 0);
  });

  /** Reads a reply that never ends, and returns how it was refused and how much was sent until then. */
  async function readEndless(start: string, more: string, maxBytes: number) {
    let sentBytes = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      yield Buffer.from(start);
      const chunk = Buffer.from(more.repeat(Math.ceil(65_536 / more.length)));
      for (;;) {
        sentBytes += chunk.length;
        yield chunk;
      }
    }
    const failed = assert.rejects(
      async () => {
        for await (const _ of readRecordingReply(endless(), KEY, maxBytes, () => false));
      },
      (error: unknown) => {
        assert.ok(error instanceof Error && 'code' in error);
        failure = String(error.code);
        return true;
      },
    );
    let failure = '';
    await failed;
    return { failure, sentBytes };
  }

  it('is read no further than the limit when its recording is endless', async () => {
    const { failure, sentBytes } = await readEndless('{"data":"', 'AAAA', 10_000_000);
    assert.equal(failure, 'RECORDING_TOO_LARGE');
    assert.ok(sentBytes < 14_000_000);
  });

  const endless = {
    fields: ['{', '"a":"b",'],
    'text in one string': ['{"message":"', 'lorem ipsum '],
    'text in one key': ['{"', 'key'],
    'digits in one number': ['{"size":', '1'],
    'response codes': ['{"responses":[', '{"code":200},'],
    'white space': ['{', ' \n'],
    'empty lists': ['{"a":[', '[],'],
  } as const;
  for (const [name, [start, more]] of Object.entries(endless)) {
    it(`is read no further than a mebibyte with endless ${name}`, async () => {
      const { failure, sentBytes } = await readEndless(start, more, 10_000_000);
      assert.equal(failure, 'PHONE_SYSTEM_REPLY_INVALID');
      assert.ok(sentBytes <= 1024 * 1024 + 2 * 65_536);
    });
  }
});
