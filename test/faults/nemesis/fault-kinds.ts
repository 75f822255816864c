import type { FaultAction } from '../../../sandbox/core/faults.ts';
import type { SystemName } from '../../../sandbox/core/systems.ts';

/** What may happen to a request: where, and how. */
type FaultKind = {
  readonly system: SystemName;
  readonly operation: string;
  readonly action: FaultAction;
};

type NonEmpty<T> = readonly [T, ...T[]];

function every(
  system: SystemName,
  operations: NonEmpty<string>,
  [first, ...others]: NonEmpty<FaultAction>,
): NonEmpty<FaultKind> {
  const [operation, ...more] = operations;
  return [
    { system, operation, action: first },
    ...others.map((action) => ({ system, operation, action })),
    ...more.flatMap((each) =>
      [first, ...others].map((action) => ({ system, operation: each, action })),
    ),
  ];
}

// A 400 that gives no reason is answered by a second request, without a schema, within the attempt; the
// checker allows an attempt one.
const REFUSED_WITH_A_REASON = {
  status: 400,
  body: '{"error":{"message":"Invalid max_tokens value, the valid range of max_tokens is [1, 8192]"}}',
};

// Transient faults: a server that fails for a moment, asks for a pause of one second, or is slow.
const PASSING: NonEmpty<FaultAction> = [
  { status: 503 },
  { status: 429, headers: { 'retry-after': '1' } },
  { status: 500 },
  { reset: true },
  { loseReply: true },
  { delayMs: 1_500 },
];

/**
 * Everything that the nemesis does to the outside systems, one list for each. A request that is never
 * answered is not among them, because the clients give up only after half a minute or more, which is
 * longer than a seed's storm; the tests of the fault table cover it.
 */
export const FAULT_KINDS: NonEmpty<NonEmpty<FaultKind>> = [
  every(
    'phoneSystem',
    ['recordings.get'],
    [...PASSING, { cutAfterBytes: 9_000 }, { base64: 'bad-alphabet' }, { status: 401 }],
  ),
  [
    ...every('storage', ['objects.insert', 'objects.upload', 'objects.list'], PASSING),
    ...every('storage', ['objects.media'], [...PASSING, { cutAfterBytes: 100 }]),
    ...every('storage', ['objects.insert'], [{ status: 403 }]),
    ...every('storage', ['objects.upload'], [{ cutRequestAfterBytes: 5_000 }]),
  ],
  [
    ...every(
      'speech',
      ['BatchRecognize', 'GetOperation', 'ListOperations'],
      [
        { status: 'UNAVAILABLE' },
        { status: 'RESOURCE_EXHAUSTED' },
        { status: 'INTERNAL' },
        { loseReply: true },
        { reset: true },
        { delayMs: 1_500 },
      ],
    ),
    ...every(
      'speech',
      ['BatchRecognize'],
      [
        { status: 'PERMISSION_DENIED' },
        { operationError: { code: 'INTERNAL' } },
        { loseOperation: true },
      ],
    ),
  ],
  every('connectwise', ['contacts.list', 'companies.list'], [...PASSING, { status: 401 }]),
  every(
    'languageModel',
    ['chat.completions'],
    [...PASSING, REFUSED_WITH_A_REASON, { status: 401 }],
  ),
];
