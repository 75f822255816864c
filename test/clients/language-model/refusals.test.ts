// Guarantees that what servers are known to say about a refused request is understood, whatever shape they put it in.
import assert from 'node:assert/strict';

import type { ErrorCode } from '../../../src/domain/error-codes.ts';
import { sendJson } from '../../support/http-server.ts';
import {
  assertFails,
  completion,
  createLanguageModelRig,
  createNotes,
  failure,
  INPUT,
  JSON_TEXT,
} from './support.ts';

/** As reported in public by users of these servers. */
const SAID: Partial<Record<ErrorCode, readonly string[]>> = {
  MODEL_TRANSCRIPT_TOO_LONG: [
    "This model's maximum context length is 8192 tokens. However, you requested 8977 tokens (8977 in your prompt; 0 for the completion). Please reduce your prompt; or completion length.",
    "This model's maximum context length is 16384 tokens. However, you requested 122946 tokens (112946 in the messages, 10000 in the completion). Please reduce the length of the messages or completion.",
    'Your input exceeds the context window of this model. Please adjust your input and try again.',
    'context_length_exceeded',
    'Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens. Please reduce the length of the messages.',
    "'max_tokens' or 'max_completion_tokens' is too large: 8000. This model's maximum context length is 4096 tokens and your request has 2000 input tokens (8000 > 4096 - 2000).",
    'The decoder prompt (length 9000) is longer than the maximum model length of 4096. Make sure that `max_model_len` is no smaller than the number of text tokens.',
    "The input (516368 tokens) is longer than the model's context length (262144 tokens).",
    'the request exceeds the available context size. try increasing the context size or enable context shift',
    'request (20000 tokens) exceeds the available context size (8192 tokens), try increasing it',
    'exceed_context_size_error',
    'Context size has been exceeded.',
    'Requested tokens (2664) exceed context window of 2048',
    'input length exceeds maximum context length',
    'the input length exceeds the context length',
    'Trying to keep the first 4000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough. ',
    'The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).',
    'The input token count exceeds the maximum number of tokens allowed 1048576.',
    'Unable to submit request because the input token count is 40000 but model only supports up to 32768. Reduce the input token count and try again.',
    'prompt is too long: 213462 tokens > 200000 maximum',
    'input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or `max_tokens` and try again',
    'Input is too long for requested model.',
    'This endpoint\'s maximum context length is 131072 tokens. However, you requested about 200000 tokens (192000 of text input, 8000 in the output). Please reduce the length of either one, or use the "middle-out" transform to compress your prompt automatically.',
    'Prompt contains 40000 tokens, too large for model with 32768 maximum context length',
    'Prompt contains 50000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
    'Please reduce the length of the messages or completion.',
    'Request too large for model `llama-3.1-8b-instant` in organization `org` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 9000, please reduce your message size and try again.',
    'Request too large for gpt-4 in organization on tokens per min (TPM): Limit 30000, Requested 35000. The input or output tokens must be reduced in order to run successfully.',
    'Input validation error: `inputs` must have less than 4095 tokens. Given: 5000',
    'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 3000 `inputs` tokens and 8000 `max_new_tokens`',
    "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
    'too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5000. Try using a shorter prompt',
    'Invalid request: Your request exceeded model token limit: 8192 (requested: 9000)',
    'model_context_window_exceeded',
    'Prompt exceeds max length',
    '<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 30720]',
    'prompt token count of 70000 exceeds the limit of 64000',
    'length of prompt_tokens (163280) must be less than max_seq_len (32768).',
    'The prompt is too long: 9000, model maximum context length: 8191',
    'Input length 131393 exceeds the maximum allowed input length of 131040 tokens.',
    "Input length (265330) exceeds model's maximum context length (262144).",
    'invalid params, context window exceeds limit',
    'tokens to keep from the initial prompt is greater than the context length',
    'tokens in request more than max tokens allowed',
    'The input is longer than the model supports',
  ],
  MODEL_BAD_REQUEST: [
    'max_tokens is too large: 8000. This model supports at most 4096 completion tokens, whereas you provided 8000.',
    'max_tokens: 8000 > 4096, which is the maximum allowed number of output tokens for claude-3-haiku',
    '`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model',
    'Invalid max_tokens value, the valid range of max_tokens is [1, 8192]',
    'Range of max_tokens should be [1, 8192]',
    'max_completion_tokens is too large: 8000. This model supports at most 4096',
    'Unable to submit request because it has a maxOutputTokens value of 8000 but the supported range is from 1 (inclusive) to 4097 (exclusive).',
    "Invalid value: 'max_tokens' must be greater than 0",
  ],
  MODEL_CONTENT_BLOCKED: [
    "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
    'Your input was flagged by moderation: your chosen model requires moderation and your input was flagged',
    'The request was blocked due to SAFETY',
    'Response was blocked: PROHIBITED_CONTENT',
    'Input data may contain inappropriate content.',
    'Invalid prompt: your prompt was flagged as potentially violating our usage policy.',
  ],
  MODEL_CREDENTIALS_REFUSED: [
    'API key not valid. Please pass a valid API key.\nAPI_KEY_INVALID',
    'Incorrect API key provided: sk-',
    'API key expired. Please renew the API key.',
  ],
};

/** What concerns a rate, which time mends. */
const OF_A_RATE = [
  'Rate limit reached for gpt-4 on tokens per min (TPM): Limit 10000, Used 9500, Requested 900. Please try again in 2.4s.',
  'You exceeded your current quota, please check your plan and billing details.',
  'Number of request tokens has exceeded your per-minute rate limit',
];

/** What does not say that a schema is the reason, but goes away without one. */
const UNEXPLAINED = ['Bad request', '', 'unknown field', 'Invalid input: maximum nesting exceeded'];

const SHAPES: readonly [string, (message: string) => unknown][] = [
  ['an object', (message) => ({ error: { message, type: 'invalid_request_error' } })],
  ['a list', (message) => [{ error: { code: 400, message, status: 'INVALID_ARGUMENT' } }]],
  ['a text', (error) => ({ error, error_type: 'validation' })],
  [
    'the top level',
    (message) => ({ object: 'error', message, type: 'BadRequestError', code: 400 }),
  ],
  ['details', (msg) => ({ detail: [{ loc: ['body', 'messages'], msg, input: 'the wombat' }] })],
  [
    'the answer of another server',
    (message) => ({
      error: {
        message: 'Provider returned error',
        code: 400,
        metadata: { raw: JSON.stringify({ error: { message } }), provider_name: 'p' },
      },
    }),
  ],
  ['plain words', (message) => message],
];

const { signal } = new AbortController();
const rig = createLanguageModelRig();

describe('a refusal by a language model', () => {
  afterEach(() => rig.close());

  for (const [code, messages] of Object.entries(SAID) as [ErrorCode, readonly string[]][]) {
    for (const message of messages) {
      it(`is ${code}, after one request: ${message}`, async () => {
        const client = await rig.clientOf((response) =>
          sendJson(response, { error: { message } }, 400),
        );
        await assertFails(client.analyze(INPUT, createNotes(), signal), code);
        assert.equal(rig.requests().length, 1);
      });
    }
  }

  for (const [shape, wrap] of SHAPES) {
    it(`is understood in ${shape}`, async () => {
      const codes = ['MODEL_TRANSCRIPT_TOO_LONG', 'MODEL_CONTENT_BLOCKED'] as const;
      for (const code of codes) {
        const client = await rig.clientOf((response) =>
          sendJson(response, wrap(SAID[code]?.[0] ?? ''), 400),
        );
        await assertFails(client.analyze(INPUT, createNotes(), signal), code);
        assert.equal(rig.requests().length, 1);
      }
    });

    it(`is followed by a request without a schema when ${shape} says that it is not known`, async () => {
      const client = await rig.clientOf((response, attempt) =>
        attempt === 1
          ? sendJson(response, wrap("'response_format.type' must be one of text"), 400)
          : sendJson(response, completion(JSON_TEXT)),
      );
      await client.analyze(INPUT, createNotes(), signal);
      assert.deepEqual(
        rig.requests().map((_, index) => rig.sent(index).response_format !== undefined),
        [true, false],
      );
    });
  }

  it('says which limit is wrong when the model does not write as much as it may', async () => {
    const client = await rig.clientOf((response) =>
      sendJson(response, { error: { message: SAID.MODEL_BAD_REQUEST?.[0] } }, 400),
    );
    const { message } = await failure(client.analyze(INPUT, createNotes(), signal));
    assert.match(message, /LLM_MAX_OUTPUT_TOKENS exceeds what the model writes/);
  });

  for (const status of [400, 422]) {
    for (const message of UNEXPLAINED) {
      it(`with ${status} "${message}" is followed by one request without a schema, which is remembered once it is answered`, async () => {
        const client = await rig.clientOf((response) => {
          const { response_format: schema } = rig.sent(rig.requests().length - 1);
          if (schema !== undefined) sendJson(response, { error: { message } }, status);
          else sendJson(response, completion(JSON_TEXT));
        });
        await client.analyze(INPUT, createNotes(), signal);
        assert.equal(rig.requests().length, 2);
        await client.analyze(INPUT, createNotes(), signal);
        assert.equal(rig.requests().length, 3);
      });
    }
  }

  for (const status of [400, 422]) {
    it(`with ${status} is MODEL_BAD_REQUEST when it stays without a schema`, async () => {
      const client = await rig.clientOf((response) =>
        sendJson(response, { error: { message: 'wombat' } }, status),
      );
      await assertFails(client.analyze(INPUT, createNotes(), signal), 'MODEL_BAD_REQUEST');
      assert.equal(rig.requests().length, 2);
    });

    it(`with ${status} inside a 200 is followed by a request without a schema`, async () => {
      const client = await rig.clientOf((response, attempt) =>
        attempt === 1
          ? sendJson(response, { error: { code: status, message: 'wombat' } })
          : sendJson(response, completion(JSON_TEXT)),
      );
      await client.analyze(INPUT, createNotes(), signal);
      assert.equal(rig.sent(1).response_format, undefined);
    });
  }

  it('that has nothing to do with the schema does not end the use of schemas', async () => {
    let isRefusing = true;
    const client = await rig.clientOf((response) =>
      isRefusing
        ? sendJson(response, { error: { message: 'Bad request' } }, 400)
        : sendJson(response, completion(JSON_TEXT)),
    );
    await assertFails(client.analyze(INPUT, createNotes(), signal), 'MODEL_BAD_REQUEST');
    assert.equal(rig.requests().length, 2);
    isRefusing = false;
    await client.analyze(INPUT, createNotes(), signal);
    assert.ok(rig.sent(2).response_format !== undefined);
  });

  it('that names both limits keeps the older name, which some servers alone know', async () => {
    const message =
      "'max_tokens' or 'max_completion_tokens' is too large: 8000. This model's maximum context length is 4096 tokens.";
    const client = await rig.clientOf((response, attempt) =>
      attempt === 1
        ? sendJson(response, { error: { message } }, 400)
        : sendJson(response, completion(JSON_TEXT)),
    );
    await assertFails(client.analyze(INPUT, createNotes(), signal), 'MODEL_TRANSCRIPT_TOO_LONG');
    await client.analyze(INPUT, createNotes(), signal);
    assert.ok(rig.sent(1).max_tokens !== undefined);
  });

  for (const message of OF_A_RATE) {
    it(`is waited for: ${message}`, async () => {
      for (const status of [429, 503]) {
        const client = await rig.clientOf((response) =>
          sendJson(response, [{ error: { code: status, message } }], status),
        );
        const { retryable } = await failure(client.analyze(INPUT, createNotes(), signal));
        assert.ok(retryable);
      }
    });
  }

  it('with 429 is not waited for when one request exceeds the rate by itself', async () => {
    const message =
      'Request too large for gpt-4 on tokens per min (TPM): Limit 30000, Requested 35000. The input or output tokens must be reduced in order to run successfully.';
    const client = await rig.clientOf((response) =>
      sendJson(response, { error: { message } }, 429),
    );
    await assertFails(client.analyze(INPUT, createNotes(), signal), 'MODEL_TRANSCRIPT_TOO_LONG');
  });

  it('with 403 is a matter of the key, unless a moderator flagged the call', async () => {
    const answers = [
      ['Country not supported', 'MODEL_CREDENTIALS_REFUSED'],
      ['Your chosen model requires moderation and your input was flagged', 'MODEL_CONTENT_BLOCKED'],
    ] as const;
    for (const [message, code] of answers) {
      const client = await rig.clientOf((response) =>
        sendJson(response, { error: { message } }, 403),
      );
      await assertFails(client.analyze(INPUT, createNotes(), signal), code);
    }
  });
});
