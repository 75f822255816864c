import type { FaultInput } from '../../../sandbox/core/faults.ts';
import type { ErrorCode } from '../../../src/domain/error-codes.ts';
import type { Step } from '../../../src/domain/names.ts';
import { ANALYSIS, completion } from '../../clients/language-model/support.ts';

/** One call through the whole service, in which one step meets a fault. */
export type Scenario = {
  readonly what: string;
  readonly faults: readonly Omit<FaultInput, 'callSid'>[];
  /** The recording was made just now. */
  readonly isFresh?: true;
  readonly step: Step;
  /** The code of each failed attempt, and the seconds until the next one (null: no next one). */
  readonly attempts: readonly (readonly [ErrorCode, number | null])[];
  /** FAILED: with the code of its last attempt. */
  readonly ends: 'COMPLETED' | 'FAILED';
  /** The total number of requests to the sandbox. */
  readonly hits: Readonly<Record<string, number>>;
};

const seconds = (retryAfter: string) => ({ headers: { 'retry-after': retryAfter } });

const analysis = (more: object) =>
  completion(JSON.stringify({ ...ANALYSIS, actions: [], quotes: [], ...more }));

/** The summary of an analysis that the database refuses; the test gives its table such a rule. */
export const REFUSED_SUMMARY = 'What no row may say.';

/** More tokens than the column holds, from a server that cannot count. */
const TOO_MANY_TOKENS = {
  ...analysis({}),
  usage: { prompt_tokens: 3_000_000_000, completion_tokens: 1 },
};

/** The phone system knows the recording and has not finished it. */
const STILL_WRITTEN = JSON.stringify({
  responses: [{ code: '200', key: 'recordings/get', message: 'OK' }],
  data: { complete: 0, size: 0, data: null },
});

// A lookup begins with two requests for contacts.
const LOOKUP = 2;

/** A few answers of each system, with their effect on a call. */
export const SCENARIOS: readonly Scenario[] = [
  {
    what: 'a phone system that is unavailable twice',
    faults: [{ system: 'phoneSystem', times: 2, action: { status: 503 } }],
    step: 'archiveRecording',
    attempts: [
      ['PHONE_SYSTEM_UNAVAILABLE', 2],
      ['PHONE_SYSTEM_UNAVAILABLE', 4],
    ],
    ends: 'COMPLETED',
    hits: { 'phoneSystem.recordings.get': 3, 'speech.BatchRecognize': 1 },
  },
  {
    what: 'a phone system that asks for a pause of three seconds',
    faults: [{ system: 'phoneSystem', action: { status: 429, ...seconds('3') } }],
    step: 'archiveRecording',
    attempts: [['PHONE_SYSTEM_RATE_LIMITED', 3]],
    ends: 'COMPLETED',
    hits: { 'phoneSystem.recordings.get': 2 },
  },
  {
    what: 'a phone system that asks twice for a pause of one second',
    faults: [{ system: 'phoneSystem', times: 2, action: { status: 429, ...seconds('1') } }],
    step: 'archiveRecording',
    attempts: [
      ['PHONE_SYSTEM_RATE_LIMITED', 2],
      ['PHONE_SYSTEM_RATE_LIMITED', 4],
    ],
    ends: 'COMPLETED',
    hits: { 'phoneSystem.recordings.get': 3 },
  },
  {
    what: 'a password that the phone system refuses',
    faults: [{ system: 'phoneSystem', action: { envelopeCode: 401 } }],
    step: 'archiveRecording',
    attempts: [['PHONE_SYSTEM_CREDENTIALS_REFUSED', null]],
    ends: 'FAILED',
    hits: { 'phoneSystem.recordings.get': 1 },
  },
  {
    what: 'an old recording that does not exist',
    faults: [{ system: 'phoneSystem', action: { envelopeCode: 404 } }],
    step: 'archiveRecording',
    attempts: [['RECORDING_NOT_FOUND', null]],
    ends: 'FAILED',
    hits: { 'phoneSystem.recordings.get': 1 },
  },
  {
    what: 'a fresh recording that does not exist yet',
    isFresh: true,
    faults: [{ system: 'phoneSystem', action: { envelopeCode: 404 } }],
    step: 'archiveRecording',
    attempts: [['RECORDING_NOT_THERE_YET', 15]],
    ends: 'COMPLETED',
    hits: { 'phoneSystem.recordings.get': 2 },
  },
  {
    what: 'a fresh recording that is still being written',
    isFresh: true,
    faults: [{ system: 'phoneSystem', action: { body: STILL_WRITTEN } }],
    step: 'archiveRecording',
    attempts: [['RECORDING_NOT_THERE_YET', 15]],
    ends: 'COMPLETED',
    hits: { 'phoneSystem.recordings.get': 2, 'storage.objects.insert': 1 },
  },
  {
    what: 'a maintenance page with status 200 instead of the phone system',
    faults: [{ system: 'phoneSystem', action: { body: '<html><h1>Back soon</h1></html>' } }],
    step: 'archiveRecording',
    attempts: [['PHONE_SYSTEM_UNAVAILABLE', 2]],
    ends: 'COMPLETED',
    hits: { 'phoneSystem.recordings.get': 2 },
  },
  {
    what: 'a recording that arrives damaged three times',
    faults: [{ system: 'phoneSystem', times: 3, action: { claimSha1: 'b'.repeat(40) } }],
    step: 'archiveRecording',
    attempts: [
      ['RECORDING_CORRUPT', 2],
      ['RECORDING_CORRUPT', 4],
      ['RECORDING_CORRUPT', null],
    ],
    ends: 'FAILED',
    hits: { 'phoneSystem.recordings.get': 3 },
  },
  {
    what: 'a store that asks for a pause of three seconds',
    faults: [
      { system: 'storage', operation: 'objects.insert', action: { status: 503, ...seconds('3') } },
    ],
    step: 'archiveRecording',
    attempts: [['STORAGE_UNAVAILABLE', 3]],
    ends: 'COMPLETED',
    hits: { 'storage.objects.insert': 2, 'phoneSystem.recordings.get': 2 },
  },
  {
    what: 'Speech-to-Text unavailable when the audio is submitted',
    faults: [{ system: 'speech', operation: 'BatchRecognize', action: { status: 'UNAVAILABLE' } }],
    step: 'transcribeRecording',
    attempts: [['SPEECH_UNAVAILABLE', 5]],
    ends: 'COMPLETED',
    hits: { 'speech.BatchRecognize': 2, 'phoneSystem.recordings.get': 1 },
  },
  {
    what: 'an operation that ended with an internal error at Google',
    faults: [
      {
        system: 'speech',
        operation: 'BatchRecognize',
        action: { operationError: { code: 'INTERNAL' } },
      },
    ],
    step: 'transcribeRecording',
    attempts: [['SPEECH_OPERATION_FAILED', 5]],
    ends: 'COMPLETED',
    hits: { 'speech.BatchRecognize': 2 },
  },
  {
    what: 'a service account without permission for Speech-to-Text',
    faults: [
      { system: 'speech', operation: 'BatchRecognize', action: { status: 'PERMISSION_DENIED' } },
    ],
    step: 'transcribeRecording',
    attempts: [['SPEECH_CREDENTIALS_REFUSED', null]],
    ends: 'FAILED',
    hits: { 'speech.BatchRecognize': 1 },
  },
  {
    what: 'ConnectWise asking for a pause of two seconds',
    faults: [{ system: 'connectwise', action: { status: 429, ...seconds('2') } }],
    step: 'matchCompany',
    attempts: [['CONNECTWISE_RATE_LIMITED', 2]],
    ends: 'COMPLETED',
    hits: { 'connectwise.contacts.list': 1 + LOOKUP },
  },
  {
    what: 'ConnectWise asking for an immediate retry',
    faults: [{ system: 'connectwise', times: 2, action: { status: 503, ...seconds('0') } }],
    step: 'matchCompany',
    attempts: [
      ['CONNECTWISE_UNAVAILABLE', 1],
      ['CONNECTWISE_UNAVAILABLE', 2],
    ],
    ends: 'COMPLETED',
    hits: { 'connectwise.contacts.list': 2 + LOOKUP },
  },
  {
    what: 'ConnectWise asking three times for a pause of one second',
    faults: [{ system: 'connectwise', times: 3, action: { status: 429, ...seconds('1') } }],
    step: 'matchCompany',
    attempts: [
      ['CONNECTWISE_RATE_LIMITED', 1],
      ['CONNECTWISE_RATE_LIMITED', 2],
      ['CONNECTWISE_RATE_LIMITED', 4],
    ],
    ends: 'COMPLETED',
    hits: { 'connectwise.contacts.list': 3 + LOOKUP },
  },
  {
    what: 'refused keys, which ConnectWise reports as 404 for a list',
    faults: [{ system: 'connectwise', action: { status: 404 } }],
    step: 'matchCompany',
    attempts: [['CONNECTWISE_CREDENTIALS_REFUSED', null]],
    ends: 'FAILED',
    hits: { 'connectwise.contacts.list': 1 },
  },
  {
    what: 'a language model that asks for a pause of seven seconds',
    faults: [{ system: 'languageModel', action: { status: 429, ...seconds('7') } }],
    step: 'analyzeTranscript',
    attempts: [['MODEL_RATE_LIMITED', 7]],
    ends: 'COMPLETED',
    hits: { 'languageModel.chat.completions': 2, 'speech.BatchRecognize': 1 },
  },
  {
    what: 'a language model that asks twice for a pause of one second',
    faults: [{ system: 'languageModel', times: 2, action: { status: 429, ...seconds('1') } }],
    step: 'analyzeTranscript',
    attempts: [
      ['MODEL_RATE_LIMITED', 5],
      ['MODEL_RATE_LIMITED', 10],
    ],
    ends: 'COMPLETED',
    hits: { 'languageModel.chat.completions': 3, 'speech.BatchRecognize': 1 },
  },
  {
    what: 'a language model that is unavailable once',
    faults: [{ system: 'languageModel', action: { reset: true } }],
    step: 'analyzeTranscript',
    attempts: [['MODEL_UNAVAILABLE', 5]],
    ends: 'COMPLETED',
    hits: { 'languageModel.chat.completions': 2, 'speech.BatchRecognize': 1 },
  },
  {
    what: 'a call that the language model declines',
    faults: [
      {
        system: 'languageModel',
        action: {
          body: JSON.stringify({ choices: [{ message: { refusal: 'I cannot help with that.' } }] }),
        },
      },
    ],
    step: 'analyzeTranscript',
    attempts: [['MODEL_CONTENT_BLOCKED', null]],
    ends: 'FAILED',
    hits: { 'languageModel.chat.completions': 1 },
  },
  {
    // Seven more attempts would cost tokens and fail the same way.
    what: 'an analysis that the database refuses',
    faults: [
      {
        system: 'languageModel',
        action: { body: JSON.stringify(analysis({ summary: REFUSED_SUMMARY })) },
      },
    ],
    step: 'analyzeTranscript',
    attempts: [['INTERNAL_ERROR', null]],
    ends: 'FAILED',
    hits: { 'languageModel.chat.completions': 1 },
  },
  {
    what: 'more tokens than a column holds',
    faults: [{ system: 'languageModel', action: { body: JSON.stringify(TOO_MANY_TOKENS) } }],
    step: 'analyzeTranscript',
    attempts: [],
    ends: 'COMPLETED',
    hits: { 'languageModel.chat.completions': 1 },
  },
];
