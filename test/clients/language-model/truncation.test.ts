// Guarantees that no analysis is made from a call that the model has not read to its end, whatever its server reports, and that no honest server is suspected of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { parseChatRequest, textOf } from '../../../sandbox/language-model/chat-request.ts';
import { complete } from '../../../sandbox/language-model/completion.ts';
import { createLanguageModel } from '../../../src/clients/language-model/client.ts';
import { sendJson, startHttpServer, type HttpServer } from '../../support/http-server.ts';
import { createNotes, failure, LIMITS, toTestTurns } from './support.ts';

const { signal } = new AbortController();

type Message = { readonly role: string; readonly content: string };

/** What a server does to the messages before the model reads them. */
type Cut = (messages: readonly Message[]) => Message[];

const CONTEXT_CHARACTERS = 4_096 * 4;

/** Leaves these characters of all messages, counted as if they were one text; none if they fit. */
function keeping(isKept: (at: number, length: number) => boolean): Cut {
  return (messages) => {
    const length = messages.reduce((sum, { content }) => sum + content.length, 0);
    if (length <= CONTEXT_CHARACTERS) return [...messages];
    let at = 0;
    return messages.map(({ role, content }) => {
      const left = Array.from(content).filter(() => isKept(at++, length));
      return { role, content: left.join('') };
    });
  };
}

const HALF = CONTEXT_CHARACTERS / 2;
const CUTS: Readonly<Record<string, Cut>> = {
  head: keeping((at, length) => at >= length - CONTEXT_CHARACTERS),
  middle: keeping((at, length) => at < HALF || at >= length - HALF),
  tail: keeping((at) => at < CONTEXT_CHARACTERS),
  // Ollama keeps the instructions.
  'head of the call': ([system, ...others]) => [
    ...(system === undefined ? [] : [system]),
    ...others.map((message) => ({ ...message, content: message.content.slice(-HALF) })),
  ],
};

type Report = (tokens: {
  readonly read: number;
  readonly sent: number;
  readonly orders: number;
}) => unknown;

const REPORTS: Readonly<Record<string, Report>> = {
  'reports nothing': () => undefined,
  'reports null': () => ({ prompt_tokens: null, completion_tokens: null }),
  'reports zero': () => ({ prompt_tokens: 0, completion_tokens: 5 }),
  'reports what was sent': ({ sent }) => ({ prompt_tokens: sent, completion_tokens: 5 }),
  'reports what was read': ({ read }) => ({ prompt_tokens: read, completion_tokens: 5 }),
};

describe('a call that a server cuts', () => {
  let server: HttpServer | null = null;
  afterEach(async () => {
    await server?.close();
    server = null;
  });

  /** A model of the sandbox behind a server that cuts and reports like this. */
  async function modelOf(
    report: Report,
    cut: Cut = (messages) => [...messages],
    charactersPerToken = 4,
  ) {
    server = await startHttpServer(({ body }, response) => {
      const request = parseChatRequest(body);
      const messages = request.messages.map((message) => ({
        ...message,
        content: textOf(message),
      }));
      const count = (all: readonly Message[]) =>
        Math.ceil(all.reduce((sum, { content }) => sum + content.length, 0) / charactersPerToken);
      const left = cut(messages);
      const read = { ...request, messages: left as typeof request.messages };
      sendJson(response, {
        ...complete(read),
        usage: report({
          read: count(left),
          sent: count(messages),
          orders: count(messages.slice(0, 1)),
        }),
      });
    });
    return createLanguageModel({ baseUrl: `${server.url}/v1`, apiKey: 'k', model: 'm', ...LIMITS });
  }

  /** 260 turns, as long as the call of the field. */
  const sentences = Array.from(
    { length: 260 },
    (_, at) =>
      `Well, the printer number ${at} on the second floor does not print since this morning, and I need it back today.`,
  );
  const CALL = {
    companyName: 'Secretive Ltd',
    phoneNumber: null,
    turns: toTestTurns(...sentences),
  };

  for (const [what, cut] of Object.entries(CUTS)) {
    for (const [how, report] of Object.entries(REPORTS)) {
      it(`at its ${what} is MODEL_INPUT_TRUNCATED when the server ${how}, after two requests at most`, async () => {
        const model = await modelOf(report, cut);
        const error = await failure(model.analyze(CALL, createNotes(), signal));
        assert.equal(error.code, 'MODEL_INPUT_TRUNCATED');
        assert.equal(error.retryable, false);
        assert.ok((server?.requests.length ?? 0) <= 2);
      });
    }
  }

  it('is found out by the report of the field after one request', async () => {
    const { input } = JSON.parse(
      readFileSync(new URL('../../field/07-model-read-4096-tokens.json', import.meta.url), 'utf8'),
    ) as { input: { answer: { body: { usage: object } } } };
    const model = await modelOf(() => input.answer.body.usage);
    const error = await failure(model.analyze(CALL, createNotes(), signal));
    assert.equal(error.code, 'MODEL_INPUT_TRUNCATED');
    assert.equal(server?.requests.length, 1);
  });

  const honest: Readonly<Record<string, Report>> = {
    ...REPORTS,
    'reports without the instructions': ({ sent, orders }) => ({ prompt_tokens: sent - orders }),
    'reports its cache apart': ({ sent }) => ({
      prompt_tokens: 50,
      cache_read_input_tokens: sent - 50,
    }),
    'reports its cache inside': ({ sent }) => ({
      prompt_tokens: sent,
      prompt_tokens_details: { cached_tokens: sent - 50 },
    }),
  };
  for (const [how, report] of Object.entries(honest)) {
    for (const charactersPerToken of [1.5, 3, 4.5, 6]) {
      it(`is not suspected of a server that ${how}, at ${charactersPerToken} characters a token`, async () => {
        const model = await modelOf(report, undefined, charactersPerToken);
        await model.analyze(CALL, createNotes(), signal);
        assert.equal(server?.requests.length, 1);
      });
    }
  }

  it('is not suspected whatever was said', async () => {
    for (const [text, charactersPerToken] of [
      ['打印机今天早上不工作了，请尽快派人来看一下。', 2.5],
      ['プリンターが今朝から動きません。早く見てください。', 2.5],
      ['프린터가 오늘 아침부터 작동하지 않습니다.', 2.5],
      ['Принтер не печатает с самого утра, пришлите мастера.', 6],
      ['הלו, המדפסת לא עובדת מהבוקר.', 5],
      [`No${'o'.repeat(80)}! It rings. [check number 123456] 481 204.`, 40],
    ] as const) {
      const turns = toTestTurns(...Array.from({ length: 120 }, () => text));
      const model = await modelOf(
        ({ sent }) => ({ prompt_tokens: sent }),
        undefined,
        charactersPerToken,
      );
      await model.analyze({ ...CALL, turns }, createNotes(), signal);
      await server?.close();
      server = null;
    }
    const one = toTestTurns('我'.repeat(6_000));
    const model = await modelOf(() => undefined);
    await model.analyze({ ...CALL, turns: one }, createNotes(), signal);
  });

  it('is not asked for check numbers when it is too short to be cut', async () => {
    const model = await modelOf(() => undefined);
    const turns = toTestTurns('The printer does not print.', 'I will send toner.');
    await model.analyze({ ...CALL, turns }, createNotes(), signal);
    assert.doesNotMatch(server?.requests[0]?.body ?? '', /check ?number/i);
  });

  it('is asked for again once when a model has mixed up the numbers', async () => {
    let asked = 0;
    server = await startHttpServer(({ body }, response) => {
      asked += 1;
      const answer = JSON.stringify(complete(parseChatRequest(body)));
      sendJson(response, asked === 1 ? answer.replace(/(checkNumbers\\":\\")\d/, '$1') : answer);
    });
    const model = createLanguageModel({
      baseUrl: `${server.url}/v1`,
      apiKey: 'k',
      model: 'm',
      ...LIMITS,
    });
    await model.analyze(CALL, createNotes(), signal);
    assert.equal(asked, 2);
  });
});

describe('a model that only thinks', () => {
  let server: HttpServer | null = null;
  afterEach(async () => {
    await server?.close();
    server = null;
  });

  const answers: readonly (readonly [string, object, object])[] = [
    ['leaves the content empty', { content: '' }, { completion_tokens: 8_000 }],
    ['has no content', { content: null, reasoning_content: 'Let me see.' }, {}],
    ['says so elsewhere', { content: '\n\n', reasoning: 'Let me see.' }, {}],
  ];
  for (const [how, message, usage] of answers) {
    it(`and ${how} is MODEL_REASONING_EXHAUSTED after two requests`, async () => {
      server = await startHttpServer((_, response) =>
        sendJson(response, { choices: [{ finish_reason: 'length', message }], usage }),
      );
      const model = createLanguageModel({
        baseUrl: `${server.url}/v1`,
        apiKey: 'k',
        model: 'm',
        ...LIMITS,
      });
      const call = { companyName: null, phoneNumber: null, turns: toTestTurns('Hello.') };
      const error = await failure(model.analyze(call, createNotes(), signal));
      assert.deepEqual([error.code, error.retryable], ['MODEL_REASONING_EXHAUSTED', false]);
      assert.equal(server.requests.length, 2);
    });
  }

  it('and one that writes line breaks without end is bounded', async () => {
    const content = `{${'\n'.repeat(200_000)}`;
    server = await startHttpServer((_, response) =>
      sendJson(response, {
        choices: [{ finish_reason: 'length', message: { content } }],
        usage: { completion_tokens: 8_000 },
      }),
    );
    const model = createLanguageModel({
      baseUrl: `${server.url}/v1`,
      apiKey: 'k',
      model: 'm',
      ...LIMITS,
    });
    const call = { companyName: null, phoneNumber: null, turns: toTestTurns('Hello.') };
    const error = await failure(model.analyze(call, createNotes(), signal));
    assert.equal(error.code, 'MODEL_OUTPUT_TRUNCATED');
    assert.ok(server.requests.every(({ body }) => body.length < 20_000));
  });
});
