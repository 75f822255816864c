import { AN_HOUR, after, type HttpAnswer, type ReplyCase } from './reply-case.ts';

const refusal = (status: number, errorCode: string) => ({
  status,
  body: { code: errorCode, message: 'told by ConnectWise', errors: [] },
});

/** What ConnectWise may answer when contacts are listed. */
export const CONNECTWISE: readonly ReplyCase<HttpAnswer>[] = [
  // HTTP statuses.
  ['400', refusal(400, 'InvalidObject'), 'CONNECTWISE_BAD_REQUEST', 'given up'],
  ['401', refusal(401, 'Unauthorized'), 'CONNECTWISE_CREDENTIALS_REFUSED', 'given up'],
  [
    '401 in the other format',
    { status: 401, body: { error: 'ConnectWiseApi' } },
    'CONNECTWISE_CREDENTIALS_REFUSED',
    'given up',
  ],
  [
    '403 without a client id',
    refusal(403, 'UserNotAuthenticated'),
    'CONNECTWISE_CREDENTIALS_REFUSED',
    'given up',
  ],
  // The cloud answers so to wrong keys; no match would be 200 with an empty list.
  ['404 for a list', refusal(404, 'NotFound'), 'CONNECTWISE_CREDENTIALS_REFUSED', 'given up'],
  ['405', { status: 405 }, 'CONNECTWISE_BAD_REQUEST', 'given up'],
  ['408', { status: 408 }, 'CONNECTWISE_UNAVAILABLE', 'own pace'],
  ['500', { status: 500 }, 'CONNECTWISE_UNAVAILABLE', 'own pace'],
  ['502', { status: 502, body: '<html>' }, 'CONNECTWISE_UNAVAILABLE', 'own pace'],
  ['503', { status: 503 }, 'CONNECTWISE_UNAVAILABLE', 'own pace'],
  ['204', { status: 204 }, 'CONNECTWISE_REPLY_INVALID', 'given up'],
  [
    'a redirect to the login page',
    { status: 302, headers: { location: '/login' } },
    'CONNECTWISE_REPLY_INVALID',
    'given up',
  ],

  // Retry-After.
  [
    '429',
    { status: 429, body: { error: 'ConnectWiseAPI' } },
    'CONNECTWISE_RATE_LIMITED',
    'own pace',
  ],
  ['429, in seconds', { status: 429, retryAfter: '30' }, 'CONNECTWISE_RATE_LIMITED', after(30)],
  [
    '429, as a date',
    { status: 429, retryAfter: { inSeconds: 60 } },
    'CONNECTWISE_RATE_LIMITED',
    after(60),
  ],
  ['429, immediately', { status: 429, retryAfter: '0' }, 'CONNECTWISE_RATE_LIMITED', 'own pace'],
  ['429, tomorrow', { status: 429, retryAfter: '86400' }, 'CONNECTWISE_RATE_LIMITED', AN_HOUR],
  ['503, in seconds', { status: 503, retryAfter: '12' }, 'CONNECTWISE_UNAVAILABLE', after(12)],

  // Not in the agreed format.
  ['a login page', { body: '<html>Log in</html>' }, 'CONNECTWISE_REPLY_INVALID', 'given up'],
  ['an empty body', {}, 'CONNECTWISE_REPLY_INVALID', 'given up'],
  ['malformed JSON', { body: '[{"id":' }, 'CONNECTWISE_REPLY_INVALID', 'given up'],
  ['an object instead of a list', { body: { id: 1 } }, 'CONNECTWISE_REPLY_INVALID', 'given up'],
  [
    'a contact without an id',
    { body: [{ company: null }] },
    'CONNECTWISE_REPLY_INVALID',
    'given up',
  ],
  ['an ID that is a string', { body: [{ id: '501' }] }, 'CONNECTWISE_REPLY_INVALID', 'given up'],
  ['endless white space', 'endless', 'CONNECTWISE_REPLY_INVALID', 'given up'],

  // No answer, or only part of one.
  ['a refused connection', 'refused', 'CONNECTWISE_UNAVAILABLE', 'own pace'],
  ['an unknown host', 'unknown host', 'CONNECTWISE_UNAVAILABLE', 'own pace'],
  ['a connection reset', 'reset', 'CONNECTWISE_UNAVAILABLE', 'own pace'],
  ['silence', 'silent', 'CONNECTWISE_UNAVAILABLE', 'own pace'],
  ['another protocol', 'not HTTP', 'CONNECTWISE_UNAVAILABLE', 'own pace'],
  ['a body cut short', { cutOff: true, body: '[{"id":501' }, 'CONNECTWISE_UNAVAILABLE', 'own pace'],
];
