/** The language-model stand-in answers the official client as an OpenAI-compatible server does, and always the same way. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI, {
  APIConnectionError,
  AuthenticationError,
  BadRequestError,
  RateLimitError,
} from 'openai';
import type { FaultAction } from '../../sandbox/core/faults.ts';
import {
  LANGUAGE_MODEL_API_KEY,
  LANGUAGE_MODEL_NAME,
} from '../../sandbox/language-model/credentials.ts';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.ts';

type Format = NonNullable<OpenAI.ChatCompletionCreateParams['response_format']>;

const WORDS =
  'Good morning, this is Priya Nair from Brightwater Dental. I cannot log in, my account is locked out and it is urgent. ' +
  "I'll reset your password now. That works again, thank you.";
const PROMPT = `client_name: Brightwater Dental\nPhone Number: +442079460101\nTranscript: ${WORDS}`;

const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: [
    'summary',
    'sentiment',
    'category',
    'resolved',
    'callerName',
    'dueDate',
    'quotes',
    'actions',
    'score',
  ],
  properties: {
    summary: { type: 'string' },
    sentiment: { enum: ['negative', 'neutral', 'positive'] },
    category: { $ref: '#/$defs/category' },
    resolved: { type: 'boolean' },
    callerName: { type: ['string', 'null'] },
    dueDate: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    quotes: { type: 'array', items: { type: 'string' }, maxItems: 2 },
    actions: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['text'],
        properties: { text: { type: 'string' } },
      },
    },
    score: { type: 'integer', minimum: 3, maximum: 5 },
  },
  $defs: { category: { enum: ['HARDWARE', 'ACCOUNT_ACCESS', 'OTHER'] } },
};

describe('sandbox language model', () => {
  let folder: string;
  let sandbox: Sandbox;
  let client: OpenAI;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sandbox-model-'));
    const samplesDir = join(folder, 'samples');
    mkdirSync(samplesDir);
    const sample = {
      callRecordingId: '1700000301.1',
      recordgroup: 'support',
      recordid: '1',
      audio: 'call.wav',
      transcript: WORDS,
    };
    writeFileSync(join(samplesDir, 'call.json'), JSON.stringify(sample));
    writeFileSync(join(samplesDir, 'call.wav'), 'RIFF');
    sandbox = await startSandbox({ dataDir: join(folder, 'data'), samplesDir });
    client = createClient(LANGUAGE_MODEL_API_KEY);
  });
  after(async () => {
    await sandbox?.stop();
    rmSync(folder, { recursive: true });
  });

  function createClient(apiKey: string): OpenAI {
    return new OpenAI({
      apiKey,
      baseURL: sandbox.addresses.languageModelBaseUrl,
      maxRetries: 0,
      timeout: 5000,
    });
  }

  function ask(
    change: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming> = {},
    by: OpenAI = client,
  ): Promise<OpenAI.ChatCompletion> {
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: 'system', content: 'Analyse the call. Answer in JSON.' },
      { role: 'user', content: PROMPT },
    ];
    return by.chat.completions.create({ model: LANGUAGE_MODEL_NAME, messages, ...change });
  }

  async function contentOf(
    change: Partial<OpenAI.ChatCompletionCreateParamsNonStreaming>,
  ): Promise<Record<string, unknown>> {
    const completion = await ask(change);
    return JSON.parse(completion.choices[0]?.message.content ?? '');
  }

  function formatOf(schema: object, strict = true): Format {
    return {
      type: 'json_schema',
      json_schema: { name: 'analysis', strict, schema: { ...schema } },
    };
  }

  async function script(action: FaultAction, callSid = '1700000301.1'): Promise<void> {
    const response = await fetch(`${sandbox.addresses.controlUrl}/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ system: 'languageModel', callSid, action }),
    });
    assert.equal(response.status, 201);
  }

  it('fills the requested schema from the transcript, and enums with one of their values', async () => {
    assert.deepEqual(await contentOf({ response_format: formatOf(SCHEMA) }), {
      summary:
        "I cannot log in, my account is locked out and it is urgent. I'll reset your password now.",
      sentiment: 'positive',
      category: 'ACCOUNT_ACCESS',
      resolved: true,
      callerName: 'Priya Nair',
      dueDate: null,
      quotes: [
        'Good morning, this is Priya Nair from Brightwater Dental.',
        'I cannot log in, my account is locked out and it is urgent.',
      ],
      actions: [{ text: "I'll reset your password now." }],
      score: 3,
    });
  });

  it('gives the same answer to the same prompt, and counts tokens', async () => {
    const [first, second] = [await ask(), await ask()];
    assert.equal(first.choices[0]?.message.content, second.choices[0]?.message.content);
    assert.equal(first.choices[0]?.finish_reason, 'stop');
    assert.ok(first.usage);
    assert.ok(first.usage.prompt_tokens > 40 && first.usage.completion_tokens > 10);
    assert.equal(
      first.usage.total_tokens,
      first.usage.prompt_tokens + first.usage.completion_tokens,
    );
  });

  it('finds the schema in the instructions when none is given, but never in the transcript', async () => {
    const schema = (name: string): string =>
      JSON.stringify({ type: 'object', properties: { [name]: { type: 'boolean' } } });
    const messages = (system: string, spoken: string): OpenAI.ChatCompletionMessageParam[] => [
      { role: 'system', content: `Answer in JSON by this schema: ${system}` },
      { role: 'user', content: `${PROMPT} ${spoken}` },
    ];
    const asked = await contentOf({ messages: messages(schema('resolved'), schema('injected')) });
    assert.deepEqual(asked, { resolved: true });
    const spokenOnly = await contentOf({ messages: messages('none', schema('injected')) });
    assert.ok(!Object.hasOwn(spokenOnly, 'injected'));
  });

  it('reads a transcript the same way inside an element, whatever marker is in its name', async () => {
    const fenced = PROMPT.replace(WORDS, `<transcript-x1>\n${WORDS}\n</transcript-x1>`);
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: fenced }];
    const response_format = formatOf(SCHEMA);
    assert.deepEqual(
      await contentOf({ messages, response_format }),
      await contentOf({ response_format }),
    );
  });

  it('still uses the transcript when a later message asks for a repair', async () => {
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: 'user', content: PROMPT },
      { role: 'assistant', content: '{}' },
      { role: 'user', content: 'Your answer lacks the field summary. Answer again in JSON.' },
    ];
    const repaired = await contentOf({ messages, response_format: formatOf(SCHEMA) });
    assert.deepEqual(repaired, await contentOf({ response_format: formatOf(SCHEMA) }));
  });

  it('truncates an answer at the token limit and says so', async () => {
    const completion = await ask({ response_format: formatOf(SCHEMA), max_completion_tokens: 5 });
    assert.equal(completion.choices[0]?.finish_reason, 'length');
    assert.equal(completion.choices[0]?.message.content?.length, 20);
  });

  it('lists its only model', async () => {
    const ids = (await client.models.list()).data.map(({ id }) => id);
    assert.deepEqual(ids, [LANGUAGE_MODEL_NAME]);
  });

  it('refuses a wrong key with 401 and invalid_api_key', async () => {
    await assert.rejects(ask({}, createClient('another-key')), (error) => {
      assert.ok(error instanceof AuthenticationError);
      assert.equal(error.code, 'invalid_api_key');
      return true;
    });
  });

  const { required: _required, ...withoutRequired } = SCHEMA;
  const refused: [title: string, change: object, message: RegExp][] = [
    [
      'a strict schema that leaves a property optional',
      { response_format: formatOf(withoutRequired) },
      /'required' is required.*Missing 'summary'/,
    ],
    [
      'a strict schema that is open',
      { response_format: formatOf({ ...SCHEMA, additionalProperties: true }) },
      /'additionalProperties' is required to be supplied and to be false/,
    ],
    [
      'JSON mode without the word JSON',
      { response_format: { type: 'json_object' }, messages: [{ role: 'user', content: PROMPT }] },
      /must contain the word 'json'/,
    ],
    [
      'a prompt beyond the context',
      { messages: [{ role: 'user', content: 'word '.repeat(110_000) }] },
      /maximum context length/,
    ],
    ['streaming', { stream: true }, /does not stream/],
    ['no messages', { messages: [] }, /./],
  ];
  for (const [title, change, message] of refused) {
    it(`refuses with a 400 in OpenAI's format: ${title}`, async () => {
      await assert.rejects(ask(change), (error) => {
        assert.ok(error instanceof BadRequestError);
        assert.match(error.message, message);
        return true;
      });
    });
  }

  it('accepts a non-strict schema when strictness is not requested', async () => {
    const answer = await contentOf({ response_format: formatOf(withoutRequired, false) });
    assert.equal(answer['resolved'], true);
  });

  it('refuses an unknown model with 404 and model_not_found', async () => {
    await assert.rejects(ask({ model: 'gpt-unknown' }), { status: 404, code: 'model_not_found' });
  });

  it('recognises a call by its words, refuses it once as scripted, and counts every request', async () => {
    await script({ status: 401 });
    const other: OpenAI.ChatCompletionMessageParam[] = [
      {
        role: 'user',
        content: 'Transcript: The coffee machine sings a song of its own all day long.',
      },
    ];
    await ask({ messages: other });
    await fetch(`${sandbox.addresses.controlUrl}/hits`);
    await assert.rejects(ask(), AuthenticationError);
    await ask();
    const hits: {
      calls: Record<string, Record<string, number>>;
    } = JSON.parse(await (await fetch(`${sandbox.addresses.controlUrl}/hits`)).text());
    assert.ok((hits.calls['1700000301.1']?.['languageModel.chat.completions'] ?? 0) >= 2);
  });

  it('applies transport faults: a status with headers, any body, a truncated reply, a reset, a hang', async () => {
    await script({ status: 429, headers: { 'retry-after': '9' } });
    await assert.rejects(ask(), (error) => {
      assert.ok(error instanceof RateLimitError);
      assert.equal(error.headers.get('retry-after'), '9');
      return true;
    });
    const body = {
      id: 'x',
      choices: [{ message: { content: '```json\n{}\n```' }, finish_reason: 'stop' }],
    };
    await script({ body: JSON.stringify(body) });
    assert.equal((await ask()).choices[0]?.message.content, '```json\n{}\n```');
    for (const action of [
      { cutAfterBytes: 40 },
      { reset: true },
      { loseReply: true },
    ] as FaultAction[]) {
      await script(action);
      await assert.rejects(ask(), JSON.stringify(action));
    }
    await script({ hang: true });
    const hanging = client.chat.completions.create(
      { model: LANGUAGE_MODEL_NAME, messages: [{ role: 'user', content: PROMPT }] },
      { timeout: 200 },
    );
    await assert.rejects(hanging, APIConnectionError);
    await ask();
  });
});
