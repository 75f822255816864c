// Guarantees that the replies of transcription servers met in the field, and variations of them, cost neither the words nor the reply.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { createTranscriptionServer } from '../../../src/clients/transcription-server/client.ts';
import { parseReply } from '../../../src/clients/transcription-server/reply.ts';
import { toSegments } from '../../../src/clients/transcription-server/transcript.ts';
import { ServiceError } from '../../../src/domain/service-error.ts';
import { sendJson, startHttpServer, type HttpServer } from '../../support/http-server.ts';
import { fileOf, never, serverConfig } from './support.ts';

const fieldOf = (name: string): { input: Record<string, unknown> } =>
  JSON.parse(readFileSync(new URL(`../../field/${name}.json`, import.meta.url), 'utf8'));

const heard = (body: unknown, recordingSeconds: number | null = 60) =>
  toSegments(
    [
      {
        channel: null,
        reply: parseReply(typeof body === 'string' ? body : JSON.stringify(body)),
      },
    ],
    recordingSeconds,
  );
const wordsOf = (body: unknown) =>
  heard(body)
    .map(({ text }) => text)
    .join(' ');

describe('a reply from the field', () => {
  const aligned = fieldOf('16-word-without-times').input['answer'] as { body: object };

  it('keeps its words when one of them has no times', () => {
    const { body } = aligned;
    const json = JSON.stringify(body);
    const alike = [
      json,
      json.replace('{"word":"2016"}', '{"word":"2016","start":null,"end":null}'),
      json.replace('{"word":"2016"}', '{"word":"2016","start":NaN,"end":NaN}'),
      json.replace('{"word":"2016"}', '{"word":"2016","start":"?","end":{}}'),
      json.replace('{"word":"Ticket","start":0.4', '{"word":"Ticket","start":0.4,"end":null,"x":1'),
    ];
    for (const each of alike) {
      const [segment, ...others] = heard(each);
      assert.deepEqual(others, [], each);
      assert.equal(segment?.text, 'Ticket 2016 is open.');
      assert.equal(segment?.startSeconds, 0.4);
      assert.ok(segment.endSeconds >= 2.3 && segment.endSeconds <= 3, each);
    }
    const early = json.replaceAll('"start":0.4', '"start":-0.04');
    assert.equal(heard(early)[0]?.startSeconds, 0);
    const last = json.replace('"start":1.8,"end":2.3,', '');
    assert.equal(heard(last)[0]?.endSeconds, 3);
  });

  it('keeps its words when a segment has no times, or times that are no numbers', () => {
    const segment = { text: ' Hello.', start: null, end: 'NaN' };
    const next = { text: ' Bye.', start: 4, end: 5 };
    assert.equal(wordsOf({ text: 'Hello.', segments: [segment] }), 'Hello.');
    assert.equal(
      wordsOf('{"text":"Hello.","segments":[{"text":"Hello.","start":NaN,"end":NaN}]}'),
      'Hello.',
    );
    assert.equal(wordsOf({ segments: [segment, next] }), 'Hello. Bye.');
    assert.equal(
      wordsOf({ text: 'Hello.', segments: [7, null, 'x', {}], words: 'none' }),
      'Hello.',
    );
  });

  it('has its times in seconds, in whatever unit the server counts', () => {
    for (const [units, recordingSeconds] of [
      [1, 9],
      [1e9, 9],
      [1e9, null],
      [1e3, 9],
      [1e3, 90],
    ] as const) {
      const scale = recordingSeconds === 90 ? 10 : 1;
      const segments = [
        { text: ' Hello.', start: 1 * scale * units, end: 2 * scale * units },
        { text: ' Bye.', start: 7 * scale * units, end: 8 * scale * units },
      ];
      assert.deepEqual(
        heard({ text: 'Hello. Bye.', segments }, recordingSeconds).map(
          ({ startSeconds, endSeconds }) => [startSeconds, endSeconds],
        ),
        [
          [1 * scale, 2 * scale],
          [7 * scale, 8 * scale],
        ],
        `${units} in ${recordingSeconds}`,
      );
    }
    // Whisper may place an end half a minute after the sound.
    const late = heard({ text: 'Hi.', segments: [{ text: 'Hi.', start: 0, end: 30 }] }, 2);
    assert.equal(late[0]?.endSeconds, 30);
  });

  it('keeps the words that stand beside segments without any', () => {
    const words = [
      { word: 'Good', start: 0.5, end: 0.7 },
      { word: 'morning', start: 0.8, end: 1.1 },
      { word: 'Bye', start: 5, end: 5.2 },
    ];
    for (const body of [
      { text: 'Good morning. Bye.', segments: [], words },
      { text: 'Good morning. Bye.', segments: [{ start: 0, end: 6, text: '' }], words },
      { text: 'Good morning. Bye.', words },
    ]) {
      assert.deepEqual(
        heard(body).map(({ startSeconds, text }) => [startSeconds, text]),
        [
          [0.5, 'Good morning.'],
          [5, 'Bye.'],
        ],
      );
    }
    assert.equal(wordsOf({ text: '', segments: [{ text: '', words }] }), 'Good morning Bye');
    const pieces = [' Good', ' mor', 'ning'].map((word, at) => ({ word, start: at, end: at + 1 }));
    assert.equal(wordsOf({ text: '', segments: [], words: pieces }), 'Good morning');
  });

  const channels = (fieldOf('06-recogniser-thinks-aloud').input['answer'] as { body: object }).body;
  const spoken = 'Good morning, my mail is down.';
  const marked: readonly (readonly [string, unknown])[] = [
    ['channels', channels],
    ['an element', { text: `<think>The user wants a greeting.</think>\n${spoken}` }],
    ['an end without a beginning', { text: `The user wants a greeting.</think>${spoken}` }],
    ['an element with another name', { text: `<reasoning>Hm.</reasoning>${spoken}` }],
    [
      'words that were channels',
      { text: `analysisThe user wants a greeting.assistantfinal${spoken}` },
    ],
    [
      'marks of a vocabulary',
      { text: `<|startoftranscript|><|en|><|0.00|>${spoken}<|endoftext|></s>` },
    ],
    ['a language before it', { text: `language English<asr_text>${spoken}` }],
    [
      'channels that are timed',
      {
        ...channels,
        segments: [
          { start: 0, end: 2, text: '<|channel|>analysis<|message|>The user' },
          {
            start: 2,
            end: 4,
            text: ` wants it.<|end|><|start|>assistant<|channel|>final<|message|>${spoken}`,
          },
        ],
      },
    ],
    [
      'marks in a segment',
      { text: spoken, segments: [{ start: 0, end: 2, text: `<|0.00|> ${spoken}<|2.00|>` }] },
    ],
  ];
  for (const [what, body] of marked) {
    it(`holds only the words of the call, without ${what}`, () => {
      assert.equal(wordsOf(body), spoken);
    });
  }

  it('is refused when a model only thought', () => {
    for (const text of [
      '<think>The user wants',
      '<think>The user wants it.</think>',
      '<|channel|>analysis<|message|>The user wants it.<|end|>',
    ]) {
      assert.throws(() => parseReply(JSON.stringify({ text })), { code: 'SPEECH_RESULT_INVALID' });
    }
  });

  it('keeps what people say about thoughts and in brackets', () => {
    for (const text of ['I think so, is 3 < 4?', '[thinking] Hm, yes.', 'The analysis is final.']) {
      assert.equal(wordsOf({ text, segments: [{ start: 0, end: 2, text }] }), text);
    }
  });
});

describe('a refusal of the form of a reply', () => {
  let server: HttpServer | null = null;
  afterEach(() => server?.close());

  const { answerTo } = fieldOf('05-refuses-times-without-a-word').input as {
    answerTo: Record<string, { status: number; body: unknown }>;
  };
  const refusal = answerTo['response_format=verbose_json'];
  const plain = answerTo['response_format=json'];

  /** Asks for files from a server that answers a form with times like this; the number of requests for each. */
  async function ask(status: number, body: unknown, files = 1) {
    server = await startHttpServer((request, response) =>
      request.body.includes('verbose_json')
        ? sendJson(response, body, status)
        : sendJson(response, plain?.body, plain?.status),
    );
    const client = createTranscriptionServer(serverConfig(server.url));
    const results: unknown[] = [];
    try {
      for (let file = 0; file < files; file += 1) {
        const before = server.requests.length;
        const text = await client
          .transcribe(fileOf(Buffer.from('RIFF')), never)
          .catch((error: unknown) => {
            assert.ok(error instanceof ServiceError);
            return error.code;
          });
        results.push([text, server.requests.length - before]);
      }
    } finally {
      await client.close();
    }
    return results;
  }

  const words = JSON.stringify(plain?.body);

  it('that gives no reason is answered with the plainer form, which two files prove', async () => {
    const { status = 0, body } = refusal ?? {};
    assert.deepEqual(await ask(status, body, 3), [
      [words, 3],
      [words, 3],
      [words, 1],
    ]);
  });

  const opaque: readonly (readonly [string, number, unknown])[] = [
    ['Provider returned 400', 400, { error: { message: 'Provider returned 400' } }],
    ['an empty body', 400, ''],
    ['422 without a reason', 422, { detail: 'Unprocessable' }],
    ['an error in a 200', 200, { error: { message: 'Provider returned error', code: 400 } }],
    [
      'other words for the form',
      400,
      { error: { message: 'Output format verbose is unsupported' } },
    ],
    ['an unknown value', 400, { error: { message: 'Unexpected value "verbose_json"' } }],
  ];
  for (const [what, status, body] of opaque) {
    it(`is answered with the plainer form: ${what}`, async () => {
      assert.deepEqual(await ask(status, body), [[words, 3]]);
    });
  }

  const named: readonly (readonly [string, number, string, string])[] = [
    ['the file', 400, 'Invalid file', 'SPEECH_FILE_REFUSED'],
    ['the audio', 400, 'The audio could not be decoded', 'SPEECH_FILE_REFUSED'],
    ['the length', 400, 'duration 2400 s exceeds 1500 s', 'SPEECH_AUDIO_TOO_LONG'],
    ['the size', 400, 'Maximum file size exceeded', 'SPEECH_AUDIO_TOO_LARGE'],
    ['the key', 400, 'Incorrect API key', 'SPEECH_INVALID_ARGUMENT'],
    ['the key by its status', 401, 'no', 'SPEECH_CREDENTIALS_REFUSED'],
    ['the model', 400, 'The model `x` does not exist', 'SPEECH_INVALID_ARGUMENT'],
    ['money', 400, 'insufficient_quota', 'SPEECH_PAYMENT_REQUIRED'],
    ['nothing, but a defect', 500, 'Provider returned error', 'SPEECH_UNAVAILABLE'],
  ];
  for (const [what, status, message, code] of named) {
    it(`is asked once when it names ${what}`, async () => {
      assert.deepEqual(await ask(status, { error: { message } }), [[code, 1]]);
    });
  }
});
