import type { FaultInput } from '../../../sandbox/core/faults.ts';
import type { ErrorCode } from '../../../src/domain/error-codes.ts';
import type { LogEvent } from '../../../src/domain/log-events.ts';
import type { Step } from '../../../src/domain/names.ts';

/** A call whose outside systems misbehave, and how it has to end. */
export type Scenario = {
  /** The row of the fault table. */
  readonly row: number;
  readonly title: string;
  readonly recording?: Readonly<Record<string, unknown>>;
  readonly faults?: readonly FaultInput[];
  /** Other content that lies under the recording's name already. */
  readonly foreignObject?: true;
  /** `null`: the call is COMPLETED. */
  readonly parkedAt: readonly [step: Step, code: ErrorCode] | null;
  /** The attempts that failed on the way, in order. */
  readonly failedAttempts?: readonly (readonly [event: LogEvent, code: ErrorCode])[];
  /** How often the sandbox was asked. */
  readonly hits?: Readonly<Record<string, number>>;
  /** The least that passes between a failed attempt and the success of the step, in milliseconds. */
  readonly waitsMs?: number;
};

/** What the workers of these tests take at the most; every recording but one is smaller. */
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

/** Faults that pass: the call is completed, and each failed attempt is in the log. */
export const PASSING: readonly Scenario[] = [
  {
    row: 9,
    title: 'a connection that is reset, twice',
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
    title: 'an answer that never comes',
    faults: [{ system: 'connectwise', action: { hang: true } }],
    parkedAt: null,
    failedAttempts: [['COMPANY_LOOKUP_FAILED', 'CONNECTWISE_UNAVAILABLE']],
  },
  {
    row: 10,
    title: '429 with Retry-After, which is longer than the retry interval',
    faults: [{ system: 'connectwise', action: { status: 429, headers: { 'retry-after': '7' } } }],
    parkedAt: null,
    failedAttempts: [['COMPANY_LOOKUP_FAILED', 'CONNECTWISE_RATE_LIMITED']],
    waitsMs: 7_000,
  },
  {
    row: 11,
    title: '500, 502, 503 and then an answer',
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
    title: '404 for a recording that is not fifteen minutes old',
    recording: { callRecordingId: `${Math.floor(Date.now() / 1000)}.12` },
    faults: [recordingGet({ envelopeCode: 404 })],
    parkedAt: null,
    failedAttempts: [['FETCH_FAILED', 'RECORDING_NOT_THERE_YET']],
    hits: { 'phoneSystem.recordings.get': 2 },
    waitsMs: 15_000,
  },
  {
    row: 13,
    title: 'a body that comes slowly, for longer than any single answer takes',
    // About 11 kB of base64 a second for a recording of 43 kB.
    faults: [recordingGet({ bytesPerSecond: 11_000 })],
    parkedAt: null,
    hits: { 'phoneSystem.recordings.get': 1 },
  },
  {
    row: 14,
    title: 'a recording that is cut off',
    faults: [recordingGet({ cutAfterBytes: 9_000 })],
    parkedAt: null,
    failedAttempts: [['FETCH_FAILED', 'PHONE_SYSTEM_UNAVAILABLE']],
    hits: { 'phoneSystem.recordings.get': 2 },
  },
  {
    row: 14,
    title: 'a recording that is not as long as was said',
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
    title: 'a speech operation that was accepted unheard is found, not paid for again',
    faults: [batchRecognize({ loseReply: true })],
    parkedAt: null,
    failedAttempts: [['TRANSCRIPTION_FAILED', 'SPEECH_UNAVAILABLE']],
    hits: { 'speech.BatchRecognize': 1 },
  },
  {
    row: 29,
    title: 'a recording that was stored unheard is taken as stored',
    faults: [{ system: 'storage', operation: 'objects.upload', action: { loseReply: true } }],
    parkedAt: null,
    failedAttempts: [['UPLOAD_FAILED', 'STORAGE_UNAVAILABLE']],
    hits: { 'phoneSystem.recordings.get': 2 },
  },
];

const atOnce = (
  title: string,
  fault: FaultInput,
  step: Step,
  code: ErrorCode,
  operation: string,
): Scenario => ({
  row: 12,
  title: `${title} is given up at once`,
  faults: [fault],
  parkedAt: [step, code],
  hits: { [operation]: 1 },
});

/** Faults that somebody has to look at: the call is parked, and goes on after a reprocess. */
export const MENDABLE: readonly Scenario[] = [
  atOnce(
    '401 of the phone system, inside 200,',
    recordingGet({ envelopeCode: 401 }),
    'archiveRecording',
    'PHONE_SYSTEM_CREDENTIALS_REFUSED',
    'phoneSystem.recordings.get',
  ),
  atOnce(
    '404 for an old recording',
    recordingGet({ envelopeCode: 404 }),
    'archiveRecording',
    'RECORDING_NOT_FOUND',
    'phoneSystem.recordings.get',
  ),
  atOnce(
    '403 of the store',
    { system: 'storage', operation: 'objects.insert', action: { status: 403 } },
    'archiveRecording',
    'STORAGE_CREDENTIALS_REFUSED',
    'storage.objects.insert',
  ),
  atOnce(
    'PERMISSION_DENIED of Speech-to-Text',
    batchRecognize({ status: 'PERMISSION_DENIED' }),
    'transcribeRecording',
    'SPEECH_CREDENTIALS_REFUSED',
    'speech.BatchRecognize',
  ),
  atOnce(
    '404 of a ConnectWise list',
    { system: 'connectwise', action: { status: 404 } },
    'matchCompany',
    'CONNECTWISE_CREDENTIALS_REFUSED',
    'connectwise.contacts.list',
  ),
  atOnce(
    '400 of the language model',
    { system: 'languageModel', action: { status: 400 } },
    'analyzeTranscript',
    'MODEL_BAD_REQUEST',
    'languageModel.chat.completions',
  ),
  {
    row: 15,
    title: 'a login page with 200 is no recording',
    faults: [recordingGet({ body: '<html><body>Please log in</body></html>' })],
    parkedAt: ['archiveRecording', 'RECORDING_UNREADABLE'],
    hits: { 'phoneSystem.recordings.get': 1 },
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

/** Faults of the recording itself: the call stays parked. */
export const LASTING: readonly Scenario[] = [
  {
    row: 15,
    title: 'a header without samples is no recording',
    recording: {
      // "RIFF", 36 bytes to come, "WAVEfmt ", PCM, one channel, 8 kHz, 16 bits, "data", 0 bytes.
      audio: { base64: 'UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQAAAAA=' },
    },
    parkedAt: ['archiveRecording', 'RECORDING_UNREADABLE'],
  },
  {
    row: 17,
    title: 'a recording above the limit',
    recording: { audio: { generate: { kind: 'noise', sizeBytes: RECORDING_MAX_BYTES + 1_000 } } },
    parkedAt: ['archiveRecording', 'RECORDING_TOO_LARGE'],
    hits: { 'phoneSystem.recordings.get': 1 },
  },
];
