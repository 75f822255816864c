import { completion } from '../../clients/language-model/support.ts';
import { AN_HOUR, after, UNTIL_PAID, type HttpAnswer, type ReplyCase } from './reply-case.ts';

const refusal = (status: number, message: string, type = 'invalid_request_error') => ({
  status,
  body: { error: { message, type } },
});
const choice = (given: object) => ({ body: { choices: [given] } });

/** What a server with OpenAI's chat completions may answer; unusable texts are requested three times. */
export const LANGUAGE_MODEL: readonly ReplyCase<HttpAnswer>[] = [
  // HTTP statuses.
  ['400', refusal(400, 'unknown field'), 'MODEL_BAD_REQUEST', 'given up'],
  [
    '400, too long',
    refusal(400, 'maximum context length is 8192 tokens'),
    'MODEL_TRANSCRIPT_TOO_LONG',
    'given up',
  ],
  ['400, filtered', refusal(400, 'content management policy'), 'MODEL_CONTENT_BLOCKED', 'given up'],
  ['401', refusal(401, 'Incorrect API key'), 'MODEL_CREDENTIALS_REFUSED', 'given up'],

  // Money, which no waiting brings back.
  ['402', refusal(402, 'Insufficient credits'), 'MODEL_PAYMENT_REQUIRED', UNTIL_PAID],
  [
    '429 from OpenAI, insufficient_quota',
    {
      ...refusal(
        429,
        'You exceeded your current quota, please check your plan and billing details.',
        'insufficient_quota',
      ),
      retryAfter: '1',
    },
    'MODEL_PAYMENT_REQUIRED',
    UNTIL_PAID,
  ],
  [
    '400 from OpenAI, the hard limit',
    {
      status: 400,
      body: {
        error: {
          message: 'Billing hard limit has been reached',
          code: 'billing_hard_limit_reached',
        },
      },
    },
    'MODEL_PAYMENT_REQUIRED',
    UNTIL_PAID,
  ],
  [
    '400 from Anthropic, the credit balance',
    refusal(400, 'Your credit balance is too low to access the Anthropic API.'),
    'MODEL_PAYMENT_REQUIRED',
    UNTIL_PAID,
  ],
  [
    '403 from xAI, all credits',
    {
      status: 403,
      body: {
        error:
          'Your team has either used all available credits or reached its monthly spending limit.',
      },
    },
    'MODEL_PAYMENT_REQUIRED',
    UNTIL_PAID,
  ],
  [
    '429 from Gemini, prepaid credit',
    {
      status: 429,
      body: [
        {
          error: {
            code: 429,
            status: 'RESOURCE_EXHAUSTED',
            message:
              'Your prepayment credits are depleted. Please manage your project and billing.',
          },
        },
      ],
    },
    'MODEL_PAYMENT_REQUIRED',
    UNTIL_PAID,
  ],
  [
    '429 from Gemini, a limit per minute in the words of an unpaid bill',
    {
      status: 429,
      body: [
        {
          error: {
            code: 429,
            status: 'RESOURCE_EXHAUSTED',
            message:
              'You exceeded your current quota, please check your plan and billing details. Quota exceeded for metric: generate_content_free_tier_requests, limit: 15. Please retry in 27s.',
          },
        },
      ],
    },
    'MODEL_RATE_LIMITED',
    'own pace',
  ],
  [
    '429 from OpenAI, a limit per minute that more money would raise',
    refusal(
      429,
      'Rate limit reached on requests per min. You can increase your rate limit by adding a payment method to your account at https://platform.openai.com/account/billing.',
    ),
    'MODEL_RATE_LIMITED',
    'own pace',
  ],
  [
    '200 with an error 402',
    { body: { error: { code: 402, message: 'Insufficient credits' } } },
    'MODEL_PAYMENT_REQUIRED',
    UNTIL_PAID,
  ],
  [
    '200 with an error about credit',
    { body: { error: { code: 'oops', message: 'Insufficient balance' } } },
    'MODEL_PAYMENT_REQUIRED',
    UNTIL_PAID,
  ],

  // More statuses.
  ['403', refusal(403, 'Country not supported'), 'MODEL_CREDENTIALS_REFUSED', 'given up'],
  ['404, no such model', refusal(404, 'The model does not exist'), 'MODEL_BAD_REQUEST', 'given up'],
  ['408', { status: 408 }, 'MODEL_UNAVAILABLE', 'own pace'],
  ['409', { status: 409 }, 'MODEL_UNAVAILABLE', 'own pace'],
  ['413', { status: 413, body: '<html>' }, 'MODEL_TRANSCRIPT_TOO_LONG', 'given up'],
  ['422', refusal(422, 'Unprocessable'), 'MODEL_BAD_REQUEST', 'given up'],
  ['500', { status: 500 }, 'MODEL_UNAVAILABLE', 'own pace'],
  ['502', { status: 502, body: '<html>' }, 'MODEL_UNAVAILABLE', 'own pace'],
  ['529, overloaded', refusal(529, 'Overloaded'), 'MODEL_UNAVAILABLE', 'own pace'],
  [
    'a redirect',
    { status: 307, headers: { location: '/elsewhere' } },
    'MODEL_BAD_REQUEST',
    'given up',
  ],

  // Retry-After.
  ['429', refusal(429, 'Rate limit reached'), 'MODEL_RATE_LIMITED', 'own pace'],
  ['429, in seconds', { status: 429, retryAfter: '20' }, 'MODEL_RATE_LIMITED', after(20)],
  [
    '429, as a date',
    { status: 429, retryAfter: { inSeconds: 45 } },
    'MODEL_RATE_LIMITED',
    after(45),
  ],
  ['429, in a month', { status: 429, retryAfter: '2592000' }, 'MODEL_RATE_LIMITED', AN_HOUR],
  ['429, immediately', { status: 429, retryAfter: '0' }, 'MODEL_RATE_LIMITED', 'own pace'],
  ['503 while the model loads', { status: 503, retryAfter: '3' }, 'MODEL_UNAVAILABLE', after(3)],

  // Inside HTTP 200.
  [
    'an error 429',
    { body: { error: { code: 429, message: 'slow' } } },
    'MODEL_RATE_LIMITED',
    'own pace',
  ],
  [
    'an error "401"',
    { body: { error: { code: '401', message: 'key' } } },
    'MODEL_CREDENTIALS_REFUSED',
    'given up',
  ],
  [
    'an error with an unknown code',
    { body: { error: { code: 'oops', message: 'x' } } },
    'MODEL_UNAVAILABLE',
    'own pace',
  ],
  [
    'an error 503 with no choices',
    { body: { error: { code: 503, message: 'no instance' }, choices: [] } },
    'MODEL_UNAVAILABLE',
    'own pace',
  ],
  [
    'a choice that ended in an error',
    choice({ finish_reason: 'error', message: { content: '' } }),
    'MODEL_UNAVAILABLE',
    'own pace',
  ],
  [
    'a choice with an error 502',
    choice({
      finish_reason: 'error',
      error: { code: 502, message: 'upstream' },
      message: { content: '{"summary":' },
    }),
    'MODEL_UNAVAILABLE',
    'own pace',
  ],
  [
    'a choice with an error 429 and finish_reason stop',
    choice({
      finish_reason: 'stop',
      error: { code: 429, message: 'slow' },
      message: { content: '' },
    }),
    'MODEL_RATE_LIMITED',
    'own pace',
  ],
  [
    'the token limit',
    choice({ finish_reason: 'length', message: { content: '{"summary":' } }),
    'MODEL_OUTPUT_TRUNCATED',
    'given up',
  ],
  [
    'thoughts alone, up to the token limit',
    choice({
      finish_reason: 'length',
      message: { content: '', reasoning_content: 'The wombat printer' },
    }),
    'MODEL_REASONING_EXHAUSTED',
    'given up',
  ],
  [
    'a content filter',
    choice({ finish_reason: 'content_filter', message: { content: '' } }),
    'MODEL_CONTENT_BLOCKED',
    'given up',
  ],
  [
    'a refusal',
    choice({ finish_reason: 'stop', message: { refusal: 'I cannot.' } }),
    'MODEL_CONTENT_BLOCKED',
    'given up',
  ],
  ['no choices', { body: { choices: [] } }, 'MODEL_OUTPUT_INVALID', 'given up'],
  ['an empty text', { body: completion('') }, 'MODEL_OUTPUT_INVALID', 'given up'],
  [
    'prose',
    { body: completion('The caller has a broken printer.') },
    'MODEL_OUTPUT_INVALID',
    'given up',
  ],
  [
    'JSON with another schema',
    { body: completion('{"sentiment":"furious"}') },
    'MODEL_OUTPUT_INVALID',
    'given up',
  ],

  // Not in the agreed format.
  ['a web page', { body: '<html></html>' }, 'MODEL_BAD_REQUEST', 'given up'],
  ['JSON that is not a completion', { body: { ok: true } }, 'MODEL_BAD_REQUEST', 'given up'],
  [
    'malformed JSON',
    { headers: { 'content-type': 'application/json' }, body: '{"choices": [' },
    'MODEL_UNAVAILABLE',
    'own pace',
  ],
  ['endless white space', 'endless', 'MODEL_OUTPUT_INVALID', 'given up'],

  // No answer, or only part of one.
  ['a refused connection', 'refused', 'MODEL_UNAVAILABLE', 'own pace'],
  ['an unknown host', 'unknown host', 'MODEL_UNAVAILABLE', 'own pace'],
  ['a connection reset', 'reset', 'MODEL_UNAVAILABLE', 'own pace'],
  ['silence', 'silent', 'MODEL_UNAVAILABLE', 'own pace'],
  ['another protocol', 'not HTTP', 'MODEL_UNAVAILABLE', 'own pace'],
  ['a body cut short', { cutOff: true, body: '{"choices":' }, 'MODEL_UNAVAILABLE', 'own pace'],
];
