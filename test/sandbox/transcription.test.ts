// The transcription server's stand-in, used through OpenAI's own client, recognises each sample and
// each of its channels by their bytes, refuses what OpenAI refuses, and applies faults.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import OpenAI, { APIError } from 'openai';

import { startTemporarySandbox, type TemporarySandbox } from '../support/temporary-sandbox.ts';

const SAMPLES = join(import.meta.dirname, '../../sandbox/samples');
const sample = (name: string) => readFileSync(join(SAMPLES, name));

describe('sandbox transcription server', () => {
  let sandbox: TemporarySandbox;
  before(async () => {
    sandbox = await startTemporarySandbox(0);
  });
  after(() => sandbox.stop());

  function clientOf(apiKey = sandbox.env('TRANSCRIPTION_API_KEY')): OpenAI {
    return new OpenAI({ baseURL: sandbox.env('TRANSCRIPTION_BASE_URL'), apiKey, maxRetries: 0 });
  }

  const fileOf = (bytes: Buffer, name = 'recording.wav') => new File([new Uint8Array(bytes)], name);

  const verbose = (bytes: Buffer, more: { name?: string; language?: string } = {}) =>
    clientOf().audio.transcriptions.create({
      file: fileOf(bytes, more.name),
      model: sandbox.env('TRANSCRIPTION_MODEL'),
      response_format: 'verbose_json',
      timestamp_granularities: ['segment', 'word'],
      ...(more.language === undefined ? {} : { language: more.language }),
    });

  async function refusalOf(request: Promise<unknown>): Promise<APIError> {
    const [result] = await Promise.allSettled([request]);
    assert.ok(result.status === 'rejected');
    assert.ok(result.reason instanceof APIError, String(result.reason));
    return result.reason;
  }

  it('transcribes a sample with the times of its segments and words', async () => {
    const {
      text,
      language,
      segments = [],
      words = [],
    } = await verbose(sample('01-printer-mono.wav'));
    assert.match(text, /^Harbourlight service desk/);
    assert.equal(language, 'english');
    assert.equal(
      segments
        .map((segment) => segment.text)
        .join('')
        .trim(),
      text,
    );
    assert.equal(words.length, text.split(' ').length);
    assert.ok(segments.every(({ start, end }) => start <= end));
  });

  it('mixes two channels down, and recognises each of them alone', async () => {
    const whole = sample('02-email-two-channels.wav');
    const both = await verbose(whole);
    const [first, second] = await Promise.all([
      verbose(monoOf(whole, 0)),
      verbose(monoOf(whole, 1)),
    ]);
    assert.match(first.text, /^Good morning/);
    assert.match(second.text, /^Sorry to hear/);
    const wordsIn = (text: string) => text.split(' ').length;
    assert.equal(wordsIn(both.text), wordsIn(first.text) + wordsIn(second.text));
  });

  it('returns nothing for silence', async () => {
    const { text, segments } = await verbose(sample('07-silence.wav'));
    assert.deepEqual([text, segments], ['', []]);
  });

  it('refuses what OpenAI refuses, in the same format', async () => {
    const audio = sample('01-printer-mono.wav');
    const create = (more: object, apiKey?: string) =>
      clientOf(apiKey).audio.transcriptions.create({
        file: fileOf(audio),
        model: sandbox.env('TRANSCRIPTION_MODEL'),
        ...more,
      });
    const cases = [
      [() => create({}, 'wrong'), 401, /API key/],
      [() => create({ model: 'gpt-9' }), 404, /does not exist/],
      [() => create({ language: 'en-GB' }), 400, /ISO-639-1/],
      [() => create({ response_format: 'srt' }), 400, /response_format/],
      [() => create({ timestamp_granularities: ['word'] }), 400, /verbose_json/],
      [
        () => create({ model: 'sandbox-text-only', response_format: 'verbose_json' }),
        400,
        /not compatible/,
      ],
      [() => create({ file: fileOf(audio, 'recording.exe') }), 400, /file format/],
      [() => create({ file: fileOf(Buffer.alloc(26 * 1024 * 1024)) }), 413, /size limit/],
      [
        () => create({ file: fileOf(Buffer.from('nobody knows this')) }),
        400,
        /cannot recognise speech/,
      ],
    ] as const;
    for (const [request, status, words] of cases) {
      const refusal = await refusalOf(request());
      assert.equal(refusal.status, status);
      assert.match(refusal.message, words);
    }
  });

  it('refuses a form of unknown length', async () => {
    const response = await fetch(`${sandbox.env('TRANSCRIPTION_BASE_URL')}/audio/transcriptions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.env('TRANSCRIPTION_API_KEY')}` },
      body: new ReadableStream({
        start(controller) {
          controller.enqueue(Buffer.from('--x--'));
          controller.close();
        },
      }),
      duplex: 'half',
    });
    assert.equal(response.status, 411);
  });

  it('counts the requests for a call, and applies its fault once', async () => {
    const callSid = '1772443820.1041';
    const before = await sandbox.hits('transcription.audio.transcriptions');
    await sandbox.fault({
      system: 'transcription',
      operation: 'audio.transcriptions',
      callSid,
      action: { status: 429, headers: { 'retry-after': '3' } },
    });
    await verbose(sample('07-silence.wav'));
    assert.equal((await refusalOf(verbose(sample('01-printer-mono.wav')))).status, 429);
    await verbose(sample('01-printer-mono.wav'));
    assert.equal(await sandbox.hits('transcription.audio.transcriptions'), before + 3);
  });

  it('recognises a call by its stored transcript when that differs from its sample file', async () => {
    const callSid = '1772615423.1117';
    const heard = 'Hi, Mrs Manu, your cup is our accounting firm in memory for all the money.';
    const url = `${sandbox.env('STORAGE_API_ENDPOINT')}/upload/storage/v1/b/${sandbox.env('RECORDINGS_BUCKET')}/o`;
    const name = `transcripts/${callSid}/submission/whole.json`;
    const stored = await fetch(`${url}?uploadType=media&name=${encodeURIComponent(name)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: heard }),
    });
    assert.equal(stored.status, 200);
    const model = new OpenAI({
      baseURL: sandbox.env('LLM_BASE_URL'),
      apiKey: sandbox.env('LLM_API_KEY'),
      maxRetries: 0,
    });
    const ask = () =>
      model.chat.completions.create({
        model: sandbox.env('LLM_MODEL'),
        messages: [{ role: 'user', content: `Transcript: Caller: ${heard}` }],
      });
    // The sample's own fault refuses the key once.
    assert.equal((await refusalOf(ask())).status, 401);
    await ask();
  });
});

/** One channel of a two-channel 16-bit WAV file, with a minimal header. */
function monoOf(whole: Buffer, channel: 0 | 1): Buffer {
  const at = whole.indexOf('data', 12, 'latin1') + 8;
  const samples: Buffer[] = [];
  for (let frame = at; frame + 4 <= whole.length; frame += 4) {
    samples.push(whole.subarray(frame + channel * 2, frame + channel * 2 + 2));
  }
  const data = Buffer.concat(samples);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}
