import { AN_HOUR, after, UNTIL_PAID, type HttpAnswer, type ReplyCase } from './reply-case.ts';

/** Which request to the store gets the answer; all earlier ones succeed. */
export type StoragePlace =
  | 'an upload starts'
  | 'audio is sent'
  | 'the existing object is inspected'
  | 'objects are listed'
  | 'an object is read'
  | 'an object is deleted';

const refusal = (status: number, reason: string) => ({
  status,
  body: { error: { code: status, message: 'told by Google', errors: [{ reason }] } },
});
const object = (crc32c: string, size: string) => ({ body: { generation: '5', size, crc32c } });

/** What Cloud Storage may answer. */
export const STORAGE: Readonly<Record<StoragePlace, readonly ReplyCase<HttpAnswer>[]>> = {
  'an upload starts': [
    ['400', refusal(400, 'invalid'), 'STORAGE_BAD_REQUEST', 'given up'],
    ['401', refusal(401, 'authError'), 'STORAGE_CREDENTIALS_REFUSED', 'given up'],
    ['403', refusal(403, 'forbidden'), 'STORAGE_CREDENTIALS_REFUSED', 'given up'],
    [
      '403 for billing that is switched off',
      refusal(403, 'accountDisabled'),
      'STORAGE_PAYMENT_REQUIRED',
      UNTIL_PAID,
    ],
    ['403 for a quota', refusal(403, 'userRateLimitExceeded'), 'STORAGE_RATE_LIMITED', 'own pace'],
    ['404, no such bucket', refusal(404, 'notFound'), 'STORAGE_BUCKET_NOT_FOUND', 'given up'],
    ['429', refusal(429, 'rateLimitExceeded'), 'STORAGE_RATE_LIMITED', 'own pace'],
    [
      '429, in seconds',
      { ...refusal(429, 'rateLimitExceeded'), retryAfter: '9' },
      'STORAGE_RATE_LIMITED',
      after(9),
    ],
    [
      '503, as a date',
      { ...refusal(503, 'backendError'), retryAfter: { inSeconds: 40 } },
      'STORAGE_UNAVAILABLE',
      after(40),
    ],
    [
      '503, next week',
      { ...refusal(503, 'backendError'), retryAfter: '604800' },
      'STORAGE_UNAVAILABLE',
      AN_HOUR,
    ],
    ['500', refusal(500, 'backendError'), 'STORAGE_UNAVAILABLE', 'own pace'],
    ['502 with a web page', { status: 502, body: '<html>' }, 'STORAGE_UNAVAILABLE', 'own pace'],
    ['a web page', { body: '<html>' }, 'STORAGE_UNAVAILABLE', 'own pace'],
    ['a refused connection', 'refused', 'STORAGE_UNAVAILABLE', 'own pace'],
    ['an unknown host', 'unknown host', 'STORAGE_UNAVAILABLE', 'own pace'],
    ['a connection reset', 'reset', 'STORAGE_UNAVAILABLE', 'own pace'],
    ['silence', 'silent', 'STORAGE_UNAVAILABLE', 'own pace'],
  ],
  'audio is sent': [
    ['404, an expired upload', refusal(404, 'notFound'), 'STORAGE_UNAVAILABLE', 'own pace'],
    ['410, an expired upload', refusal(410, 'gone'), 'STORAGE_UNAVAILABLE', 'own pace'],
    ['403', refusal(403, 'forbidden'), 'STORAGE_CREDENTIALS_REFUSED', 'given up'],
    [
      '429, in seconds',
      { ...refusal(429, 'rateLimitExceeded'), retryAfter: '9' },
      'STORAGE_RATE_LIMITED',
      after(9),
    ],
    ['503', refusal(503, 'backendError'), 'STORAGE_UNAVAILABLE', 'own pace'],
    ['an empty body', {}, 'STORAGE_UNAVAILABLE', 'own pace'],
    ['a web page', { body: '<html>' }, 'STORAGE_UNAVAILABLE', 'own pace'],
    ['a wrong checksum', object('AAAAAA==', '1000'), 'STORAGE_CHECKSUM_MISMATCH', 'own pace'],
    ['a connection reset', 'reset', 'STORAGE_UNAVAILABLE', 'own pace'],
    ['silence', 'silent', 'STORAGE_UNAVAILABLE', 'own pace'],
  ],
  'the existing object is inspected': [
    ['other content', object('AAAAAA==', '1000'), 'STORAGE_OBJECT_CONFLICT', 'given up'],
    ['404, deleted in the meantime', refusal(404, 'notFound'), 'STORAGE_UNAVAILABLE', 'own pace'],
    ['403', refusal(403, 'forbidden'), 'STORAGE_CREDENTIALS_REFUSED', 'given up'],
    ['an empty body', {}, 'STORAGE_UNAVAILABLE', 'own pace'],
    ['a web page', { body: '<html>' }, 'STORAGE_UNAVAILABLE', 'own pace'],
  ],
  // Taking an error for an empty list would submit the audio, and pay for it, again.
  'objects are listed': [
    ['404, no such bucket', refusal(404, 'notFound'), 'STORAGE_BUCKET_NOT_FOUND', 'given up'],
    ['401', refusal(401, 'authError'), 'STORAGE_CREDENTIALS_REFUSED', 'given up'],
    [
      '503, in seconds',
      { ...refusal(503, 'backendError'), retryAfter: '4' },
      'STORAGE_UNAVAILABLE',
      after(4),
    ],
    ['an empty body', {}, 'STORAGE_UNAVAILABLE', 'own pace'],
    ['a web page', { body: '<html>' }, 'STORAGE_UNAVAILABLE', 'own pace'],
    ['JSON from another system', { body: { items: [] } }, 'STORAGE_UNAVAILABLE', 'own pace'],
    [
      'a body cut short',
      { cutOff: true, body: '{"kind":"storage#objects"' },
      'STORAGE_UNAVAILABLE',
      'own pace',
    ],
    ['a connection reset', 'reset', 'STORAGE_UNAVAILABLE', 'own pace'],
  ],
  'an object is read': [
    ['404', refusal(404, 'notFound'), 'STORAGE_OBJECT_MISSING', 'given up'],
    ['403', refusal(403, 'forbidden'), 'STORAGE_CREDENTIALS_REFUSED', 'given up'],
    [
      '429, in seconds',
      { ...refusal(429, 'rateLimitExceeded'), retryAfter: '5' },
      'STORAGE_RATE_LIMITED',
      after(5),
    ],
    ['an endless body', 'endless', 'STORAGE_OBJECT_TOO_LARGE', 'given up'],
    ['a body cut short', { cutOff: true, body: '{"results":' }, 'STORAGE_UNAVAILABLE', 'own pace'],
    ['silence', 'silent', 'STORAGE_UNAVAILABLE', 'own pace'],
  ],
  'an object is deleted': [
    [
      '403 for a retention policy',
      refusal(403, 'retentionPolicyNotMet'),
      'STORAGE_OBJECT_PROTECTED',
      'given up',
    ],
    [
      '403 for a hold',
      refusal(403, 'objectUnderActiveHold'),
      'STORAGE_OBJECT_PROTECTED',
      'given up',
    ],
    ['403', refusal(403, 'forbidden'), 'STORAGE_CREDENTIALS_REFUSED', 'given up'],
    ['500', refusal(500, 'backendError'), 'STORAGE_UNAVAILABLE', 'own pace'],
  ],
};
