import type { status } from '@grpc/grpc-js';

import { UNTIL_PAID, type HttpAnswer, type ReplyCase } from './reply-case.ts';

type StatusName = keyof typeof status;

/** An answer over gRPC, or a connection that gives none. */
export type SpeechAnswer =
  | { readonly status: StatusName; readonly details?: string }
  /** How an operation ended. */
  | { readonly ended: 'with nothing' | 'with no result' | 'with a foreign result' }
  | { readonly endedWith: StatusName }
  | { readonly fileEndedWith: StatusName }
  | 'silent'
  | 'refused'
  | 'unknown host';

export type SpeechPlace = 'audio is submitted' | 'an operation is polled' | 'operations are listed';

const NO_TOKEN = 'Getting metadata from plugin failed with error: invalid_grant: account not found';

/** What Speech-to-Text may answer. */
export const SPEECH: Readonly<Record<SpeechPlace, readonly ReplyCase<SpeechAnswer>[]>> = {
  'audio is submitted': [
    ['INVALID_ARGUMENT', { status: 'INVALID_ARGUMENT' }, 'SPEECH_INVALID_ARGUMENT', 'given up'],
    [
      'FAILED_PRECONDITION',
      { status: 'FAILED_PRECONDITION' },
      'SPEECH_INVALID_ARGUMENT',
      'given up',
    ],
    ['UNIMPLEMENTED', { status: 'UNIMPLEMENTED' }, 'SPEECH_INVALID_ARGUMENT', 'given up'],
    ['NOT_FOUND', { status: 'NOT_FOUND' }, 'SPEECH_AUDIO_NOT_FOUND', 'given up'],
    [
      'PERMISSION_DENIED for billing that is switched off',
      {
        status: 'PERMISSION_DENIED',
        details:
          'This API method requires billing to be enabled. Please enable billing on project #1.',
      },
      'SPEECH_PAYMENT_REQUIRED',
      UNTIL_PAID,
    ],
    [
      'RESOURCE_EXHAUSTED for money',
      { status: 'RESOURCE_EXHAUSTED', details: 'The billing account of the project is disabled.' },
      'SPEECH_PAYMENT_REQUIRED',
      UNTIL_PAID,
    ],
    [
      'PERMISSION_DENIED',
      { status: 'PERMISSION_DENIED' },
      'SPEECH_CREDENTIALS_REFUSED',
      'given up',
    ],
    ['UNAUTHENTICATED', { status: 'UNAUTHENTICATED' }, 'SPEECH_CREDENTIALS_REFUSED', 'given up'],
    [
      'a refused key',
      { status: 'UNKNOWN', details: NO_TOKEN },
      'SPEECH_CREDENTIALS_REFUSED',
      'given up',
    ],
    ['RESOURCE_EXHAUSTED', { status: 'RESOURCE_EXHAUSTED' }, 'SPEECH_QUOTA_EXCEEDED', 'own pace'],
    ['UNAVAILABLE', { status: 'UNAVAILABLE' }, 'SPEECH_UNAVAILABLE', 'own pace'],
    ['DEADLINE_EXCEEDED', { status: 'DEADLINE_EXCEEDED' }, 'SPEECH_UNAVAILABLE', 'own pace'],
    ['INTERNAL', { status: 'INTERNAL' }, 'SPEECH_UNAVAILABLE', 'own pace'],
    ['ABORTED', { status: 'ABORTED' }, 'SPEECH_UNAVAILABLE', 'own pace'],
    ['UNKNOWN', { status: 'UNKNOWN' }, 'SPEECH_UNAVAILABLE', 'own pace'],
    ['silence', 'silent', 'SPEECH_UNAVAILABLE', 'own pace'],
    ['a refused connection', 'refused', 'SPEECH_UNAVAILABLE', 'own pace'],
    ['an unknown host', 'unknown host', 'SPEECH_UNAVAILABLE', 'own pace'],
  ],
  'an operation is polled': [
    ['NOT_FOUND', { status: 'NOT_FOUND' }, 'SPEECH_OPERATION_LOST', 'own pace'],
    ['UNAVAILABLE', { status: 'UNAVAILABLE' }, 'SPEECH_UNAVAILABLE', 'own pace'],
    [
      'PERMISSION_DENIED',
      { status: 'PERMISSION_DENIED' },
      'SPEECH_CREDENTIALS_REFUSED',
      'given up',
    ],
    ['an end with INTERNAL', { endedWith: 'INTERNAL' }, 'SPEECH_OPERATION_FAILED', 'own pace'],
    ['an end with CANCELLED', { endedWith: 'CANCELLED' }, 'SPEECH_OPERATION_FAILED', 'own pace'],
    [
      'an end with INVALID_ARGUMENT',
      { endedWith: 'INVALID_ARGUMENT' },
      'SPEECH_INVALID_ARGUMENT',
      'given up',
    ],
    [
      'an end with PERMISSION_DENIED',
      { endedWith: 'PERMISSION_DENIED' },
      'SPEECH_CREDENTIALS_REFUSED',
      'given up',
    ],
    [
      'an end with RESOURCE_EXHAUSTED',
      { endedWith: 'RESOURCE_EXHAUSTED' },
      'SPEECH_QUOTA_EXCEEDED',
      'own pace',
    ],
    ['an end without anything', { ended: 'with nothing' }, 'SPEECH_OPERATION_EMPTY', 'own pace'],
    ['an end without a result', { ended: 'with no result' }, 'SPEECH_RESULT_MISSING', 'own pace'],
    [
      'an end with a foreign result',
      { ended: 'with a foreign result' },
      'SPEECH_RESULT_MISSING',
      'own pace',
    ],
    [
      'a file that is refused',
      { fileEndedWith: 'INVALID_ARGUMENT' },
      'SPEECH_FILE_REFUSED',
      'given up',
    ],
    ['a file that fails', { fileEndedWith: 'INTERNAL' }, 'SPEECH_FILE_FAILED', 'own pace'],
    ['a deleted file', { fileEndedWith: 'NOT_FOUND' }, 'SPEECH_AUDIO_NOT_FOUND', 'given up'],
    ['silence', 'silent', 'SPEECH_UNAVAILABLE', 'own pace'],
  ],
  // Taking an error for an empty list would submit the audio, and pay for it, again.
  'operations are listed': [
    ['UNAVAILABLE', { status: 'UNAVAILABLE' }, 'SPEECH_UNAVAILABLE', 'own pace'],
    [
      'PERMISSION_DENIED',
      { status: 'PERMISSION_DENIED' },
      'SPEECH_CREDENTIALS_REFUSED',
      'given up',
    ],
    ['silence', 'silent', 'SPEECH_UNAVAILABLE', 'own pace'],
  ],
};

/** What the bucket may contain as the result of an operation. */
export const RESULT_FILES: readonly ReplyCase<HttpAnswer>[] = [
  ['a web page', { body: '<html>' }, 'SPEECH_RESULT_INVALID', 'given up'],
  ['an empty body', {}, 'SPEECH_RESULT_INVALID', 'given up'],
  ['JSON in another format', { body: { results: 'none' } }, 'SPEECH_RESULT_INVALID', 'given up'],
  [
    'an invalid time',
    { body: { results: [{ resultEndOffset: 'soon' }] } },
    'SPEECH_RESULT_INVALID',
    'given up',
  ],
  ['404', { status: 404 }, 'STORAGE_OBJECT_MISSING', 'given up'],
];
