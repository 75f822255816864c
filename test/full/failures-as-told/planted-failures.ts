import type { FaultInput } from '../../../sandbox/core/faults.ts';
import type { ErrorCode } from '../../../src/domain/error-codes.ts';

/**
 * How a call stands when it is read: a step was given up and waits for somebody (`parked`), is tried
 * again by itself (`retried`), or has not been answered yet (`unanswered`).
 */
type Stage = 'parked' | 'retried' | 'unanswered';

/** A failure of an outside system, and what `GET /calls/:callSid` has to tell about it. */
export type PlantedFailure = {
  /** The heading on the page. */
  readonly what: string;
  readonly faults: readonly Omit<FaultInput, 'callSid'>[];
  readonly stage: Stage;
  /** `null` while there is no answer. */
  readonly code: ErrorCode | null;
  /** What the explanation names: the system, the place, and what it answered. */
  readonly names: readonly (string | RegExp)[];
};

type System = FaultInput['system'];
type Action = FaultInput['action'];

/** As often as any of these calls asks. */
const ALWAYS = 1_000;

const fault = (system: System, action: Action, operation?: string) => [
  { system, times: ALWAYS, action, ...(operation === undefined ? {} : { operation }) },
];

const json = (status: number, body: unknown): Action => ({
  status,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});

/** As Cloud Storage words a missing permission. */
const NO_PERMISSION = {
  error: {
    code: 403,
    message:
      "worker@msp-calls.iam.gserviceaccount.com does not have storage.objects.create access to the Google Cloud Storage object. Permission 'storage.objects.create' denied on resource (or it may not exist).",
    errors: [{ reason: 'forbidden', message: 'Permission denied.' }],
  },
};

/** As Cloud Storage answers about a bucket that does not exist. */
const NO_BUCKET = {
  error: {
    code: 404,
    message: 'The specified bucket does not exist.',
    errors: [{ reason: 'notFound', message: 'The specified bucket does not exist.' }],
  },
};

/** As OpenAI says that an account is out of money. */
const NO_CREDIT = {
  error: {
    message: 'You exceeded your current quota, please check your plan and billing details.',
    type: 'insufficient_quota',
    code: 'insufficient_quota',
  },
};

const OBJECT = /gs:\/\/call-archive\/call-recordings\/\S+\.wav/;
const SPEECH_PLACE = /project sandbox, location eu, model \w+/;

/** What goes wrong at the outside systems, under the headings of the page. */
export const PLANTED_FAILURES: Readonly<Record<string, readonly PlantedFailure[]>> = {
  'The phone system': [
    {
      what: 'refuses the password',
      faults: fault('phoneSystem', { envelopeCode: 401 }),
      stage: 'parked',
      code: 'PHONE_SYSTEM_CREDENTIALS_REFUSED',
      names: [/password is wrong/, 'phone system pbx.example', 'PHONE_SYSTEM_PASSWORD'],
    },
    {
      what: 'is away',
      faults: fault('phoneSystem', { reset: true }),
      stage: 'retried',
      code: 'PHONE_SYSTEM_UNAVAILABLE',
      names: [/connection to the phone system broke/, 'phone system pbx.example'],
    },
    {
      what: 'is slow',
      faults: fault('phoneSystem', { hang: true }),
      stage: 'unanswered',
      code: null,
      names: [/fetched from the phone system/],
    },
    {
      what: 'is being maintained and answers with a web page',
      faults: fault('phoneSystem', { body: '<html><h1>Back soon</h1></html>' }),
      stage: 'retried',
      code: 'PHONE_SYSTEM_UNAVAILABLE',
      names: [/a web page came instead/, 'phone system pbx.example', 'PHONE_SYSTEM_URL'],
    },
    {
      what: 'does not have the recording',
      faults: fault('phoneSystem', { envelopeCode: 404 }),
      stage: 'parked',
      code: 'RECORDING_NOT_FOUND',
      names: [/no such recording/, /recordid \S+ in recordgroup \S+/, 'phone system pbx.example'],
    },
  ],
  'Cloud Storage': [
    {
      what: 'refuses the service account',
      faults: fault('storage', json(403, NO_PERMISSION), 'objects.insert'),
      stage: 'parked',
      code: 'STORAGE_CREDENTIALS_REFUSED',
      names: [
        'worker@msp-calls.iam.gserviceaccount.com lacks the permission storage.objects.create',
        OBJECT,
        'Storage Object User',
      ],
    },
    {
      what: 'is away',
      faults: fault('storage', { reset: true }, 'objects.insert'),
      stage: 'retried',
      code: 'STORAGE_UNAVAILABLE',
      names: [/connection to Cloud Storage broke/, OBJECT],
    },
    {
      what: 'is slow',
      faults: fault('storage', { hang: true }, 'objects.insert'),
      stage: 'unanswered',
      code: null,
      names: [/archived in Cloud Storage/],
    },
    {
      what: 'has no such bucket',
      faults: fault('storage', json(404, NO_BUCKET), 'objects.insert'),
      stage: 'parked',
      code: 'STORAGE_BUCKET_NOT_FOUND',
      names: [/status 404: there is no such bucket/, OBJECT, 'RECORDINGS_BUCKET'],
    },
  ],
  'Speech-to-Text': [
    {
      what: 'refuses the service account',
      faults: fault('speech', { status: 'PERMISSION_DENIED' }, 'BatchRecognize'),
      stage: 'parked',
      code: 'SPEECH_CREDENTIALS_REFUSED',
      names: ['PERMISSION_DENIED', SPEECH_PLACE, 'Cloud Speech Client'],
    },
    {
      what: 'is away',
      faults: fault('speech', { status: 'UNAVAILABLE' }, 'BatchRecognize'),
      stage: 'retried',
      code: 'SPEECH_UNAVAILABLE',
      names: ['UNAVAILABLE', SPEECH_PLACE],
    },
    {
      what: 'is slow',
      faults: fault('speech', { hang: true }, 'BatchRecognize'),
      stage: 'unanswered',
      code: null,
      names: [/is being transcribed/],
    },
    {
      what: 'does not have the model in this location',
      faults: fault('speech', { status: 'INVALID_ARGUMENT' }, 'BatchRecognize'),
      stage: 'parked',
      code: 'SPEECH_INVALID_ARGUMENT',
      names: ['INVALID_ARGUMENT', SPEECH_PLACE, 'SPEECH_LOCATION'],
    },
  ],
  ConnectWise: [
    {
      what: 'refuses the API member',
      faults: fault('connectwise', { status: 401 }),
      stage: 'parked',
      code: 'CONNECTWISE_CREDENTIALS_REFUSED',
      names: [/answered 401/, 'host connectwise.example', 'CONNECTWISE_CLIENT_ID'],
    },
    {
      what: 'is away',
      faults: fault('connectwise', { reset: true }),
      stage: 'retried',
      code: 'CONNECTWISE_UNAVAILABLE',
      names: [/no answer came/, 'host connectwise.example'],
    },
    {
      what: 'is slow',
      faults: fault('connectwise', { hang: true }),
      stage: 'retried',
      code: 'CONNECTWISE_UNAVAILABLE',
      names: [/no answer within 14 s/, 'host connectwise.example'],
    },
    {
      what: 'limits the rate',
      faults: fault('connectwise', { status: 429, headers: { 'retry-after': '600' } }),
      stage: 'retried',
      code: 'CONNECTWISE_RATE_LIMITED',
      names: [/answered 429/, 'host connectwise.example', 'CONNECTWISE_REQUESTS_PER_MINUTE'],
    },
    {
      what: 'has a web page in its place',
      faults: fault('connectwise', { body: '<html>Sign in</html>' }),
      stage: 'parked',
      code: 'CONNECTWISE_REPLY_INVALID',
      names: [/is not JSON/, 'host connectwise.example', 'CONNECTWISE_URL'],
    },
  ],
  'The language model': [
    {
      what: 'refuses the key',
      faults: fault('languageModel', { status: 401 }),
      stage: 'parked',
      code: 'MODEL_CREDENTIALS_REFUSED',
      names: [/answered 401/, /model \S+ at model\.example/, 'LLM_API_KEY'],
    },
    {
      what: 'is away',
      faults: fault('languageModel', { reset: true }),
      stage: 'retried',
      code: 'MODEL_UNAVAILABLE',
      names: [/no complete answer came/, /model \S+ at model\.example/],
    },
    {
      what: 'is slow',
      faults: fault('languageModel', { hang: true }),
      stage: 'unanswered',
      code: null,
      names: [/language model is analysing/],
    },
    {
      what: 'does not know the model',
      faults: fault('languageModel', { status: 404 }),
      stage: 'parked',
      code: 'MODEL_BAD_REQUEST',
      names: [/answered 404: there is no such model/, /model \S+ at model\.example/, 'LLM_MODEL'],
    },
    {
      what: 'limits the rate',
      faults: fault('languageModel', { status: 429, headers: { 'retry-after': '600' } }),
      stage: 'retried',
      code: 'MODEL_RATE_LIMITED',
      names: [/answered 429/, /model \S+ at model\.example/, /quota/],
    },
    {
      what: 'is not paid for',
      faults: fault('languageModel', json(429, NO_CREDIT)),
      stage: 'retried',
      code: 'MODEL_PAYMENT_REQUIRED',
      names: [/answered 429/, /out of money/, /model \S+ at model\.example/, /Add credit/],
    },
  ],
};

/** The same for a worker with SPEECH_PROVIDER=openai-compatible. */
export const AT_A_TRANSCRIPTION_SERVER: readonly PlantedFailure[] = [
  {
    what: 'refuses the key',
    faults: fault('transcription', { status: 401 }),
    stage: 'parked',
    code: 'SPEECH_CREDENTIALS_REFUSED',
    names: [/answered 401/, /model \S+ at whisper\.example/, 'TRANSCRIPTION_API_KEY'],
  },
  {
    what: 'is away',
    faults: fault('transcription', { reset: true }),
    stage: 'retried',
    code: 'SPEECH_UNAVAILABLE',
    names: [/no complete answer came/, /model \S+ at whisper\.example/],
  },
  {
    what: 'is slow',
    faults: fault('transcription', { hang: true }),
    stage: 'unanswered',
    code: null,
    names: [/is being transcribed/],
  },
  {
    what: 'does not know the model',
    faults: fault('transcription', { status: 404 }),
    stage: 'parked',
    code: 'SPEECH_INVALID_ARGUMENT',
    names: [
      /answered 404: there is no such model/,
      /model \S+ at whisper\.example/,
      'TRANSCRIPTION_MODEL',
    ],
  },
  {
    what: 'is not paid for',
    faults: fault('transcription', json(429, NO_CREDIT)),
    stage: 'retried',
    code: 'SPEECH_PAYMENT_REQUIRED',
    names: [/answered 429/, /out of money/, /model \S+ at whisper\.example/, /add credit/],
  },
];

/** A failure of what the service itself runs on, and what the gateway answers then. */
export type OwnFailure = {
  readonly what: string;
  /** Of the answer to `GET /calls/:callSid`; any but 200 is a problem instead of a call. */
  readonly httpStatus: 200 | 404 | 503;
  readonly code: ErrorCode | null;
  readonly names: readonly (string | RegExp)[];
};

export const OWN_FAILURES = {
  neverOpened: {
    what: 'No worker runs, and the call was submitted just now',
    httpStatus: 404,
    code: 'CALL_NOT_OPENED',
    names: [/no worker has opened it/, 'npm run worker'],
  },
  notReprocessed: {
    what: 'No worker runs, and somebody has asked for a parked call to be reprocessed',
    httpStatus: 200,
    code: 'TEMPORAL_NO_WORKER',
    names: [/No worker has taken the call up since/, 'npm run worker'],
  },
  noDatabase: {
    what: 'PostgreSQL is away',
    httpStatus: 503,
    code: 'DATABASE_UNAVAILABLE',
    names: [/The connection to the database broke/, /Bring PostgreSQL back/],
  },
  wrongPassword: {
    what: 'PostgreSQL refuses the password',
    httpStatus: 503,
    code: 'DATABASE_CREDENTIALS_REFUSED',
    names: [/refused the user/, 'DATABASE_URL'],
  },
  noTables: {
    what: 'The migrations were not applied',
    httpStatus: 503,
    code: 'DATABASE_SCHEMA_OUTDATED',
    names: [/migrations have not been applied/, 'npm run db:migrate'],
  },
  noTemporal: {
    what: 'Temporal is away, and the call was being processed',
    httpStatus: 200,
    code: null,
    names: [/Temporal did not answer/, 'TEMPORAL_ADDRESS'],
  },
  noTemporalWhileRetried: {
    what: 'Temporal is away, and a step was being tried again',
    httpStatus: 200,
    code: 'MODEL_RATE_LIMITED',
    names: [/answered 429/, /Temporal did not answer/],
  },
  noTemporalWhileParked: {
    what: 'Temporal is away, and the call is parked',
    httpStatus: 200,
    code: 'MODEL_CREDENTIALS_REFUSED',
    names: [/answered 401/, /Temporal did not answer/, /No request about the call is taken/],
  },
  frozenTemporal: {
    what: 'Temporal is there but does not answer',
    httpStatus: 200,
    code: null,
    names: [/Temporal did not answer/, 'TEMPORAL_ADDRESS'],
  },
  noTemporalNorRow: {
    what: 'Temporal is away, and no worker had opened the call',
    httpStatus: 503,
    code: 'TEMPORAL_UNAVAILABLE',
    names: [/did not answer/, 'TEMPORAL_ADDRESS'],
  },
} as const satisfies Readonly<Record<string, OwnFailure>>;

export type OwnFailureName = keyof typeof OWN_FAILURES;
