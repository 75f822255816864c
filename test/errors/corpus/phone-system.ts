import { envelope, recording } from '../../clients/phone-system/support.ts';
import { TONES } from '../../audio/audio-fixtures.ts';
import { AN_HOUR, after, type HttpAnswer, type ReplyCase } from './reply-case.ts';

const AUDIO = Buffer.from(TONES.mp3, 'base64');
const EMPTY_WAV = Buffer.from(
  'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=',
  'base64',
);
const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64');

/** An envelope inside HTTP 200 with this code and no recording. */
const code = (given: number | string) => ({ body: { responses: [{ code: given }], data: null } });
/** An envelope with a recording in which these fields are overridden. */
const reply = (fields: Record<string, unknown>, audio = AUDIO) => ({
  body: envelope(recording(fields, audio)),
});

/** What the phone system may answer to `recordings/get`; the audio is inspected as in the step. */
export const PHONE_SYSTEM: readonly ReplyCase<HttpAnswer>[] = [
  // HTTP statuses.
  ['400', { status: 400 }, 'PHONE_SYSTEM_BAD_REQUEST', 'given up'],
  ['401', { status: 401 }, 'PHONE_SYSTEM_CREDENTIALS_REFUSED', 'given up'],
  ['402, for the role', { status: 402 }, 'PHONE_SYSTEM_CREDENTIALS_REFUSED', 'given up'],
  ['403, for the rate plan', { status: 403 }, 'PHONE_SYSTEM_CREDENTIALS_REFUSED', 'given up'],
  // The step waits for a recording younger than 15 minutes: see ./scenarios.ts.
  ['404', { status: 404 }, 'RECORDING_NOT_FOUND', 'given up'],
  ['408', { status: 408 }, 'PHONE_SYSTEM_UNAVAILABLE', 'own pace'],
  ['410', { status: 410 }, 'RECORDING_NOT_FOUND', 'given up'],
  ['418, which it never sends', { status: 418 }, 'PHONE_SYSTEM_BAD_REQUEST', 'given up'],
  ['500', { status: 500 }, 'PHONE_SYSTEM_UNAVAILABLE', 'own pace'],
  ['502', { status: 502, body: '<html>' }, 'PHONE_SYSTEM_UNAVAILABLE', 'own pace'],
  ['504', { status: 504 }, 'PHONE_SYSTEM_UNAVAILABLE', 'own pace'],
  ['204, no content', { status: 204 }, 'RECORDING_UNREADABLE', 'given up'],
  [
    'a redirect',
    { status: 302, headers: { location: '/login' } },
    'PHONE_SYSTEM_REPLY_INVALID',
    'given up',
  ],

  // Retry-After.
  ['429', { status: 429 }, 'PHONE_SYSTEM_RATE_LIMITED', 'own pace'],
  ['429, in seconds', { status: 429, retryAfter: '7' }, 'PHONE_SYSTEM_RATE_LIMITED', after(7)],
  [
    '429, as a date',
    { status: 429, retryAfter: { inSeconds: 90 } },
    'PHONE_SYSTEM_RATE_LIMITED',
    after(90),
  ],
  ['503, in seconds', { status: 503, retryAfter: '120' }, 'PHONE_SYSTEM_UNAVAILABLE', after(120)],
  ['503, immediately', { status: 503, retryAfter: '0' }, 'PHONE_SYSTEM_UNAVAILABLE', 'own pace'],
  [
    '503, as a date in the past',
    { status: 503, retryAfter: { inSeconds: -60 } },
    'PHONE_SYSTEM_UNAVAILABLE',
    'own pace',
  ],
  ['503, in a week', { status: 503, retryAfter: '604800' }, 'PHONE_SYSTEM_UNAVAILABLE', AN_HOUR],
  [
    '503, in an absurd number of seconds',
    { status: 503, retryAfter: '9'.repeat(400) },
    'PHONE_SYSTEM_UNAVAILABLE',
    AN_HOUR,
  ],
  ['503, in words', { status: 503, retryAfter: 'soon' }, 'PHONE_SYSTEM_UNAVAILABLE', 'own pace'],
  [
    '503, in negative seconds',
    { status: 503, retryAfter: '-5' },
    'PHONE_SYSTEM_UNAVAILABLE',
    'own pace',
  ],
  [
    '503, in fractional seconds',
    { status: 503, retryAfter: '1.5' },
    'PHONE_SYSTEM_UNAVAILABLE',
    'own pace',
  ],
  [
    '401 with Retry-After',
    { status: 401, retryAfter: '7' },
    'PHONE_SYSTEM_CREDENTIALS_REFUSED',
    'given up',
  ],

  // Codes inside HTTP 200.
  ['code 400', code(400), 'PHONE_SYSTEM_BAD_REQUEST', 'given up'],
  ['code 401', code(401), 'PHONE_SYSTEM_CREDENTIALS_REFUSED', 'given up'],
  ['code 402', code(402), 'PHONE_SYSTEM_CREDENTIALS_REFUSED', 'given up'],
  ['code 403', code(403), 'PHONE_SYSTEM_CREDENTIALS_REFUSED', 'given up'],
  ['code 404', code(404), 'RECORDING_NOT_FOUND', 'given up'],
  ['code "404" as a string', code('404'), 'RECORDING_NOT_FOUND', 'given up'],
  ['code 429', code(429), 'PHONE_SYSTEM_RATE_LIMITED', 'own pace'],
  ['code 500', code(500), 'PHONE_SYSTEM_UNAVAILABLE', 'own pace'],
  ['code 99', code(99), 'PHONE_SYSTEM_REPLY_INVALID', 'given up'],
  ['code "oops"', code('oops'), 'PHONE_SYSTEM_REPLY_INVALID', 'given up'],
  ['code 200 without a recording', code(200), 'RECORDING_UNREADABLE', 'given up'],

  // Not in the agreed format.
  [
    'a maintenance page',
    { body: '<!doctype html><title>Back soon</title>' },
    'PHONE_SYSTEM_UNAVAILABLE',
    'own pace',
  ],
  ['an empty body', {}, 'RECORDING_UNREADABLE', 'given up'],
  ['a sentence', { body: 'Service Temporarily Moved' }, 'PHONE_SYSTEM_REPLY_INVALID', 'given up'],
  ['JSON from another system', { body: { ok: true } }, 'PHONE_SYSTEM_REPLY_INVALID', 'given up'],
  ['a list', { body: [] }, 'PHONE_SYSTEM_REPLY_INVALID', 'given up'],
  [
    'a size that is not a number',
    reply({ size: 'large' }),
    'PHONE_SYSTEM_REPLY_INVALID',
    'given up',
  ],
  ['a malformed sha1', reply({ sha1: 'abc' }), 'PHONE_SYSTEM_REPLY_INVALID', 'given up'],
  [
    'two recordings',
    { body: '{"data":{"data":"YWJj","data":"YWJj"}}' },
    'PHONE_SYSTEM_REPLY_INVALID',
    'given up',
  ],
  [
    'a compressed body',
    { headers: { 'content-encoding': 'gzip' }, ...reply({}) },
    'PHONE_SYSTEM_REPLY_INVALID',
    'given up',
  ],
  ['endless white space', 'endless', 'PHONE_SYSTEM_REPLY_INVALID', 'given up'],

  // A damaged or unusable recording. The third damaged copy fails the step: see ./scenarios.ts.
  ['a wrong sha1', reply({ sha1: 'b'.repeat(40) }), 'RECORDING_CORRUPT', 'own pace'],
  ['a wrong size', reply({ size: AUDIO.length + 1 }), 'RECORDING_CORRUPT', 'own pace'],
  [
    'base64 in another alphabet',
    reply({ data: `${AUDIO.toString('base64url')}_-` }),
    'RECORDING_CORRUPT',
    'own pace',
  ],
  [
    'base64 of an odd length',
    reply({ data: `${AUDIO.toString('base64')}A` }),
    'RECORDING_CORRUPT',
    'own pace',
  ],
  [
    'base64 after a data: prefix',
    reply({ data: `data:audio/mpeg;base64,${TONES.mp3}` }),
    'RECORDING_CORRUPT',
    'own pace',
  ],
  ['an empty recording', reply({}, Buffer.alloc(0)), 'RECORDING_UNREADABLE', 'given up'],
  // The step waits for one whose call began within the day: see ./scenarios.ts.
  ['an incomplete recording', reply({ complete: 0 }), 'RECORDING_NOT_THERE_YET', 'own pace'],
  ['a picture', reply({}, GIF), 'RECORDING_UNREADABLE', 'given up'],
  ['a WAV file without samples', reply({}, EMPTY_WAV), 'RECORDING_UNREADABLE', 'given up'],
  ['a size beyond the limit', reply({ size: 3_000_000_000 }), 'RECORDING_TOO_LARGE', 'given up'],

  // No answer, or only part of one.
  ['a refused connection', 'refused', 'PHONE_SYSTEM_UNAVAILABLE', 'own pace'],
  ['an unknown host', 'unknown host', 'PHONE_SYSTEM_UNAVAILABLE', 'own pace'],
  ['a connection reset', 'reset', 'PHONE_SYSTEM_UNAVAILABLE', 'own pace'],
  ['silence', 'silent', 'PHONE_SYSTEM_UNAVAILABLE', 'own pace'],
  ['another protocol', 'not HTTP', 'PHONE_SYSTEM_UNAVAILABLE', 'own pace'],
  [
    'a body cut short',
    { cutOff: true, body: '{"responses":[{"code":200}],"data":{"data":"' },
    'PHONE_SYSTEM_UNAVAILABLE',
    'own pace',
  ],
];
