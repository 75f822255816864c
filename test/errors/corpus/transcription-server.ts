import { AN_HOUR, after, UNTIL_PAID, type HttpAnswer, type ReplyCase } from './reply-case.ts';

const refusal = (status: number, message: string, code: string | null = null) => ({
  status,
  body: { error: { message, type: 'invalid_request_error', param: null, code } },
});
const inside = (error: unknown) => ({ body: { error } });

/**
 * What a server with OpenAI's `/audio/transcriptions` may answer: OpenAI itself, whisper.cpp,
 * Speaches, vLLM, or a proxy in between. Each is the answer to one request.
 */
export const TRANSCRIPTION_SERVER: readonly ReplyCase<HttpAnswer>[] = [
  // HTTP statuses.
  ['400', refusal(400, 'unknown model'), 'SPEECH_INVALID_ARGUMENT', 'given up'],
  [
    '400, a language it does not know',
    refusal(400, "Invalid language 'wombat'.", 'invalid_language_format'),
    'SPEECH_INVALID_ARGUMENT',
    'given up',
  ],
  [
    '400 from OpenAI: not decoded',
    refusal(400, 'The audio file could not be decoded or its format is not supported.'),
    'SPEECH_FILE_REFUSED',
    'given up',
  ],
  [
    '400 from OpenAI: not recognised',
    refusal(400, "Unrecognized file format. Supported formats: ['flac', 'mp3', 'wav']"),
    'SPEECH_FILE_REFUSED',
    'given up',
  ],
  [
    '400 from OpenAI: too short',
    refusal(
      400,
      'Audio file is too short. Minimum audio length is 0.1 seconds.',
      'audio_too_short',
    ),
    'SPEECH_FILE_REFUSED',
    'given up',
  ],
  [
    '400 from whisper.cpp: not read',
    { status: 400, body: { error: 'failed to read audio data' } },
    'SPEECH_FILE_REFUSED',
    'given up',
  ],
  [
    '400 from vLLM: too large',
    refusal(400, 'Maximum file size exceeded.'),
    'SPEECH_AUDIO_TOO_LARGE',
    'given up',
  ],
  [
    '400 from vLLM: too long',
    refusal(400, 'Maximum clip duration (30s) exceeded.'),
    'SPEECH_AUDIO_TOO_LONG',
    'given up',
  ],
  [
    '400 from OpenAI: too long',
    refusal(
      400,
      'audio duration 2158.55 seconds is longer than 1400 seconds which is the maximum for this model',
      'invalid_value',
    ),
    'SPEECH_AUDIO_TOO_LONG',
    'given up',
  ],
  [
    '400, a prompt that is too long',
    refusal(400, 'The prompt is too long: the maximum length is 448 tokens.'),
    'SPEECH_INVALID_ARGUMENT',
    'given up',
  ],
  [
    '401',
    refusal(401, 'Incorrect API key', 'invalid_api_key'),
    'SPEECH_CREDENTIALS_REFUSED',
    'given up',
  ],
  ['402', refusal(402, 'Insufficient credits'), 'SPEECH_PAYMENT_REQUIRED', UNTIL_PAID],
  [
    '429 from OpenAI, insufficient_quota',
    refusal(429, 'You exceeded your current quota.', 'insufficient_quota'),
    'SPEECH_PAYMENT_REQUIRED',
    UNTIL_PAID,
  ],
  ['403', refusal(403, 'Country not supported'), 'SPEECH_CREDENTIALS_REFUSED', 'given up'],
  [
    '404, no such model',
    refusal(404, 'The model does not exist'),
    'SPEECH_INVALID_ARGUMENT',
    'given up',
  ],
  ['404, no such path', { status: 404, body: '<html>' }, 'SPEECH_INVALID_ARGUMENT', 'given up'],
  ['405', { status: 405 }, 'SPEECH_INVALID_ARGUMENT', 'given up'],
  ['408', { status: 408 }, 'SPEECH_UNAVAILABLE', 'own pace'],
  ['409', { status: 409 }, 'SPEECH_UNAVAILABLE', 'own pace'],
  ['411', { status: 411 }, 'SPEECH_INVALID_ARGUMENT', 'given up'],
  [
    '413 from OpenAI',
    refusal(413, 'Maximum content size limit (26214400) exceeded (31457280 bytes read)'),
    'SPEECH_AUDIO_TOO_LARGE',
    'given up',
  ],
  ['413 from a proxy', { status: 413, body: '<html>' }, 'SPEECH_AUDIO_TOO_LARGE', 'given up'],
  ['415', { status: 415 }, 'SPEECH_FILE_REFUSED', 'given up'],
  [
    '422 from Speaches',
    { status: 422, body: { detail: [{ loc: ['body', 'model'], msg: 'Field required' }] } },
    'SPEECH_INVALID_ARGUMENT',
    'given up',
  ],
  [
    '422, unsupported audio',
    { status: 422, body: { detail: 'Unsupported audio format' } },
    'SPEECH_FILE_REFUSED',
    'given up',
  ],
  ['500', refusal(500, 'The server had an error'), 'SPEECH_UNAVAILABLE', 'own pace'],
  [
    '500, out of memory',
    { status: 500, body: 'CUDA out of memory' },
    'SPEECH_UNAVAILABLE',
    'own pace',
  ],
  ['501', { status: 501 }, 'SPEECH_INVALID_ARGUMENT', 'given up'],
  ['502', { status: 502, body: '<html>' }, 'SPEECH_UNAVAILABLE', 'own pace'],
  ['504', { status: 504, body: '<html>' }, 'SPEECH_UNAVAILABLE', 'own pace'],
  [
    'a redirect',
    { status: 307, headers: { location: '/elsewhere' } },
    'SPEECH_INVALID_ARGUMENT',
    'given up',
  ],

  // Retry-After.
  ['429', refusal(429, 'Rate limit reached'), 'SPEECH_QUOTA_EXCEEDED', 'own pace'],
  ['429, in seconds', { status: 429, retryAfter: '20' }, 'SPEECH_QUOTA_EXCEEDED', after(20)],
  [
    '429, as a date',
    { status: 429, retryAfter: { inSeconds: 45 } },
    'SPEECH_QUOTA_EXCEEDED',
    after(45),
  ],
  ['429, in a month', { status: 429, retryAfter: '2592000' }, 'SPEECH_QUOTA_EXCEEDED', AN_HOUR],
  ['429, immediately', { status: 429, retryAfter: '0' }, 'SPEECH_QUOTA_EXCEEDED', 'own pace'],
  ['503 while the model loads', { status: 503, retryAfter: '3' }, 'SPEECH_UNAVAILABLE', after(3)],

  // Inside HTTP 200.
  ['an error 429', inside({ code: 429, message: 'slow' }), 'SPEECH_QUOTA_EXCEEDED', 'own pace'],
  [
    'an error "401"',
    inside({ code: '401', message: 'x' }),
    'SPEECH_CREDENTIALS_REFUSED',
    'given up',
  ],
  [
    'an error with an unknown code',
    inside({ code: 'oops', message: 'wombat' }),
    'SPEECH_UNAVAILABLE',
    'own pace',
  ],
  [
    'an error beside an empty text',
    { body: { text: '', error: { message: 'overloaded wombat' } } },
    'SPEECH_UNAVAILABLE',
    'own pace',
  ],
  [
    'an error beside half a text',
    { body: { text: 'wombat', error: 'worker died' } },
    'SPEECH_UNAVAILABLE',
    'own pace',
  ],
  [
    'a status in place of a text',
    { body: { code: 401, message: 'no such wombat' } },
    'SPEECH_CREDENTIALS_REFUSED',
    'given up',
  ],
  [
    'an error from an older whisper.cpp',
    inside('failed to read WAV file'),
    'SPEECH_FILE_REFUSED',
    'given up',
  ],

  // Not in the agreed format.
  ['a web page', { body: '<html></html>' }, 'SPEECH_RESULT_INVALID', 'given up'],
  ['plain text', { body: 'The wombat printer is broken.' }, 'SPEECH_RESULT_INVALID', 'given up'],
  ['an empty body', { body: '' }, 'SPEECH_RESULT_INVALID', 'given up'],
  ['JSON that is not a transcription', { body: { ok: true } }, 'SPEECH_RESULT_INVALID', 'given up'],
  ['a text that is null', { body: { text: null } }, 'SPEECH_RESULT_INVALID', 'given up'],
  [
    'segments of another form',
    { body: { text: 'wombat', segments: 'wombat' } },
    'SPEECH_RESULT_INVALID',
    'given up',
  ],
  [
    'thoughts of a model without a word of the call',
    { body: { text: '<think>The user wants a transcription of a wombat.' } },
    'SPEECH_RESULT_INVALID',
    'given up',
  ],
  [
    'a compressed answer',
    { headers: { 'content-encoding': 'gzip' }, body: { text: 'wombat' } },
    'SPEECH_RESULT_INVALID',
    'given up',
  ],
  ['endless white space', 'endless', 'SPEECH_RESULT_INVALID', 'given up'],

  // No answer, or only part of one.
  ['a refused connection', 'refused', 'SPEECH_UNAVAILABLE', 'own pace'],
  ['an unknown host', 'unknown host', 'SPEECH_UNAVAILABLE', 'own pace'],
  ['a connection reset', 'reset', 'SPEECH_UNAVAILABLE', 'own pace'],
  ['silence', 'silent', 'SPEECH_UNAVAILABLE', 'own pace'],
  ['another protocol', 'not HTTP', 'SPEECH_UNAVAILABLE', 'own pace'],
  ['a body cut short', { cutOff: true, body: '{"text":' }, 'SPEECH_UNAVAILABLE', 'own pace'],
];
