import type { FaultInput } from '../../../sandbox/core/faults.ts';
import type { ErrorCode } from '../../../src/domain/error-codes.ts';
import type { LogEvent } from '../../../src/domain/log-events.ts';
import type { Step } from '../../../src/domain/names.ts';

/** A call whose outside systems misbehave, and how it must end. */
export type Scenario = {
  /** The row of the fault table. */
  readonly row: number;
  readonly title: string;
  readonly recording?: Readonly<Record<string, unknown>>;
  readonly faults?: readonly FaultInput[];
  /** Other content is already stored under the recording's name. */
  readonly foreignObject?: true;
  /** `null`: the call is COMPLETED. */
  readonly parkedAt: readonly [step: Step, code: ErrorCode] | null;
  /** The attempts that failed on the way, in order. */
  readonly failedAttempts?: readonly (readonly [event: LogEvent, code: ErrorCode])[];
  /** The number of requests to the sandbox. */
  readonly hits?: Readonly<Record<string, number>>;
  /** The least time between the last failed attempt and the success of the step, in milliseconds. */
  readonly waitsMs?: number;
};

/** The size limit of the workers in these tests; every recording but one is smaller. */
export const RECORDING_MAX_BYTES = 100_000;

const recordingGet = (action: FaultInput['action'], times = 1): FaultInput => ({
  system: 'phoneSystem',
  action,
  times,
});
const batchRecognize = (action: FaultInput['action']): FaultInput => ({
  system: 'speech',
  operation: 'BatchRecognize',
  action,
});

/** Transient faults: the call completes, and each failed attempt is logged. */
export const PASSING: readonly Scenario[] = [
  {
    row: 15,
    title: 'a web page with a 200 is not a recording, and is retried',
    faults: [recordingGet({ body: '<html><body>Back soon</body></html>' })],
    parkedAt: null,
    failedAttempts: [['FETCH_FAILED', 'PHONE_SYSTEM_UNAVAILABLE']],
    hits: { 'phoneSystem.recordings.get': 2 },
  },
  {
    row: 9,
    title: 'a connection that is reset twice is retried',
    faults: [recordingGet({ reset: true }, 2)],
    parkedAt: null,
    failedAttempts: [
      ['FETCH_FAILED', 'PHONE_SYSTEM_UNAVAILABLE'],
      ['FETCH_FAILED', 'PHONE_SYSTEM_UNAVAILABLE'],
    ],
    hits: { 'phoneSystem.recordings.get': 3 },
  },
  {
    row: 9,
    title: 'a request that is never answered is retried',
    faults: [{ system: 'connectwise', action: { hang: true } }],
    parkedAt: null,
    failedAttempts: [['COMPANY_LOOKUP_FAILED', 'CONNECTWISE_UNAVAILABLE']],
  },
  {
    row: 10,
    title: 'a 429 is retried after its Retry-After, which is longer than the retry interval',
    faults: [{ system: 'connectwise', action: { status: 429, headers: { 'retry-after': '7' } } }],
    parkedAt: null,
    failedAttempts: [['COMPANY_LOOKUP_FAILED', 'CONNECTWISE_RATE_LIMITED']],
    waitsMs: 7_000,
  },
  {
    row: 11,
    title: '500, 502 and 503 are retried until there is an answer',
    faults: [500, 502, 503].map((status) => recordingGet({ status })),
    parkedAt: null,
    failedAttempts: [
      ['FETCH_FAILED', 'PHONE_SYSTEM_UNAVAILABLE'],
      ['FETCH_FAILED', 'PHONE_SYSTEM_UNAVAILABLE'],
      ['FETCH_FAILED', 'PHONE_SYSTEM_UNAVAILABLE'],
    ],
    hits: { 'phoneSystem.recordings.get': 4 },
  },
  {
    row: 12,
    title: 'a 404 for a recording under fifteen minutes old is retried later',
    recording: { callRecordingId: `${Math.floor(Date.now() / 1000)}.12` },
    faults: [recordingGet({ envelopeCode: 404 })],
    parkedAt: null,
    failedAttempts: [['FETCH_FAILED', 'RECORDING_NOT_THERE_YET']],
    hits: { 'phoneSystem.recordings.get': 2 },
    waitsMs: 15_000,
  },
  {
    row: 13,
    title: 'a body that arrives slowly but steadily is read to its end',
    // About 11 kB of base64 a second for a recording of 43 kB.
    faults: [recordingGet({ bytesPerSecond: 11_000 })],
    parkedAt: null,
    hits: { 'phoneSystem.recordings.get': 1 },
  },
  {
    row: 14,
    title: 'a truncated recording is fetched again',
    faults: [recordingGet({ cutAfterBytes: 9_000 })],
    parkedAt: null,
    failedAttempts: [['FETCH_FAILED', 'PHONE_SYSTEM_UNAVAILABLE']],
    hits: { 'phoneSystem.recordings.get': 2 },
  },
  {
    row: 14,
    title: 'a recording whose size is not as stated is fetched again',
    faults: [recordingGet({ claimSize: 7 })],
    parkedAt: null,
    failedAttempts: [['FETCH_FAILED', 'RECORDING_CORRUPT']],
    hits: { 'phoneSystem.recordings.get': 2 },
  },
  {
    row: 28,
    title: 'a speech operation that Google has forgotten is submitted again',
    faults: [batchRecognize({ loseOperation: true })],
    parkedAt: null,
    failedAttempts: [['TRANSCRIPTION_FAILED', 'SPEECH_OPERATION_LOST']],
    hits: { 'speech.BatchRecognize': 2 },
  },
  {
    row: 28,
    title: 'a speech operation whose acceptance was lost is found, and not paid for again',
    faults: [batchRecognize({ loseReply: true })],
    parkedAt: null,
    failedAttempts: [['TRANSCRIPTION_FAILED', 'SPEECH_UNAVAILABLE']],
    hits: { 'speech.BatchRecognize': 1 },
  },
  {
    row: 29,
    title: 'a recording that was stored although the reply was lost counts as stored',
    faults: [{ system: 'storage', operation: 'objects.upload', action: { loseReply: true } }],
    parkedAt: null,
    failedAttempts: [['UPLOAD_FAILED', 'STORAGE_UNAVAILABLE']],
    hits: { 'phoneSystem.recordings.get': 2 },
  },
];

const failsImmediately = (
  title: string,
  fault: FaultInput,
  step: Step,
  code: ErrorCode,
  operation: string,
): Scenario => ({
  row: 12,
  title: `${title} fails the step immediately`,
  faults: [fault],
  parkedAt: [step, code],
  hits: { [operation]: 1 },
});

/** Faults that an operator has to fix: the call is parked, and completes after a reprocess. */
export const FIXABLE: readonly Scenario[] = [
  failsImmediately(
    'a 401 of the phone system inside a 200',
    recordingGet({ envelopeCode: 401 }),
    'archiveRecording',
    'PHONE_SYSTEM_CREDENTIALS_REFUSED',
    'phoneSystem.recordings.get',
  ),
  failsImmediately(
    'a 404 for an old recording',
    recordingGet({ envelopeCode: 404 }),
    'archiveRecording',
    'RECORDING_NOT_FOUND',
    'phoneSystem.recordings.get',
  ),
  failsImmediately(
    'a 403 of the store',
    { system: 'storage', operation: 'objects.insert', action: { status: 403 } },
    'archiveRecording',
    'STORAGE_CREDENTIALS_REFUSED',
    'storage.objects.insert',
  ),
  failsImmediately(
    'PERMISSION_DENIED from Speech-to-Text',
    batchRecognize({ status: 'PERMISSION_DENIED' }),
    'transcribeRecording',
    'SPEECH_CREDENTIALS_REFUSED',
    'speech.BatchRecognize',
  ),
  failsImmediately(
    'a 404 for a ConnectWise list',
    { system: 'connectwise', action: { status: 404 } },
    'matchCompany',
    'CONNECTWISE_CREDENTIALS_REFUSED',
    'connectwise.contacts.list',
  ),
  {
    ...failsImmediately(
      'a 400 of the language model',
      // The second answers the request that is sent once more without a schema.
      { system: 'languageModel', action: { status: 400 }, times: 2 },
      'analyzeTranscript',
      'MODEL_BAD_REQUEST',
      'languageModel.chat.completions',
    ),
    hits: { 'languageModel.chat.completions': 2 },
  },
  ...(['bad-alphabet', 'bad-length'] as const).map((base64): Scenario => ({
    row: 16,
    title: `base64 with ${base64} is fetched three times and never stored`,
    faults: [recordingGet({ base64 }, 3)],
    parkedAt: ['archiveRecording', 'RECORDING_CORRUPT'],
    hits: { 'phoneSystem.recordings.get': 3 },
  })),
  {
    row: 29,
    title: 'other content under the recording’s name is never overwritten',
    foreignObject: true,
    parkedAt: ['archiveRecording', 'STORAGE_OBJECT_CONFLICT'],
  },
];

/** Defects of the recording itself: the call stays parked. */
export const LASTING: readonly Scenario[] = [
  {
    row: 15,
    title: 'a header without samples is not a recording',
    recording: {
      // "RIFF", 36 bytes to come, "WAVEfmt ", PCM, one channel, 8 kHz, 16 bits, "data", 0 bytes.
      audio: { base64: 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=' },
    },
    parkedAt: ['archiveRecording', 'RECORDING_UNREADABLE'],
  },
  {
    row: 17,
    title: 'a recording above the size limit is refused',
    recording: { audio: { generate: { kind: 'noise', sizeBytes: RECORDING_MAX_BYTES + 1_000 } } },
    parkedAt: ['archiveRecording', 'RECORDING_TOO_LARGE'],
    hits: { 'phoneSystem.recordings.get': 1 },
  },
];
