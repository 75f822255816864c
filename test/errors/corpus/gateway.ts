import type { status } from '@grpc/grpc-js';

import type { ErrorCode } from '../../../src/domain/error-codes.ts';

/** How Temporal answers the gateway: with a status and a text, or not at all. */
export type TemporalAnswer =
  | { readonly status: keyof typeof status; readonly details?: string }
  | 'silent'
  | 'refused'
  | 'unknown host'
  /** Answered by a real Temporal server. */
  | 'no such namespace';

/** What Temporal answers, what a client of `POST /calls` receives, and when it may retry. */
type GatewayCase = readonly [
  what: string,
  answer: TemporalAnswer,
  httpStatus: number,
  code: ErrorCode,
  retryAfterSeconds: number | null,
];

const NO_ATTRIBUTE = 'Namespace default has no mapping defined for search attribute CallStatus';

/** What Temporal may answer to the start of a call, while the database is down. */
export const GATEWAY: readonly GatewayCase[] = [
  ['UNAVAILABLE', { status: 'UNAVAILABLE' }, 503, 'TEMPORAL_UNAVAILABLE', 5],
  ['RESOURCE_EXHAUSTED', { status: 'RESOURCE_EXHAUSTED' }, 503, 'TEMPORAL_UNAVAILABLE', 5],
  ['INTERNAL', { status: 'INTERNAL' }, 503, 'TEMPORAL_UNAVAILABLE', 5],
  ['a missing namespace', 'no such namespace', 503, 'TEMPORAL_UNAVAILABLE', 5],
  ['PERMISSION_DENIED', { status: 'PERMISSION_DENIED' }, 503, 'TEMPORAL_CREDENTIALS_REFUSED', 5],
  ['UNAUTHENTICATED', { status: 'UNAUTHENTICATED' }, 503, 'TEMPORAL_CREDENTIALS_REFUSED', 5],
  [
    'a missing search attribute',
    { status: 'INVALID_ARGUMENT', details: NO_ATTRIBUTE },
    503,
    'TEMPORAL_SEARCH_ATTRIBUTES_MISSING',
    5,
  ],
  [
    'INVALID_ARGUMENT for another reason',
    { status: 'INVALID_ARGUMENT' },
    500,
    'INTERNAL_ERROR',
    null,
  ],
  ['silence', 'silent', 503, 'TEMPORAL_UNAVAILABLE', 5],
  ['a refused connection', 'refused', 503, 'TEMPORAL_UNAVAILABLE', 5],
  ['an unknown host', 'unknown host', 503, 'TEMPORAL_UNAVAILABLE', 5],
];
