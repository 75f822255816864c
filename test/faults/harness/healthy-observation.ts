import type {
  Call,
  CallAnalysis,
  Company,
  processingLog,
  Transcript,
} from '../../../src/generated/prisma/client.ts';
import type { Step } from '../../../src/domain/names.ts';
import type { Progress } from '../../../src/domain/call-run.ts';
import { canariesOf } from './canaries.ts';
import {
  ANALYZED,
  AT,
  call,
  common,
  failure,
  idOf,
  log,
  NO_TIME,
  PARKED,
  PROMPT,
  runIdOf,
} from './healthy-rows.ts';
import type { Observation } from './observation.ts';
import type { ObservedActivity, ObservedRun } from './observed-run.ts';

// What the checker sees when all is well, written by hand: one call that was analysed, and one that
// is parked because the language model refused the key.

// Prisma's rows can be changed as they are.
type Leaf =
  | Call
  | Company
  | Transcript
  | CallAnalysis
  | processingLog
  | Date
  | RegExp
  | string
  | number
  | boolean
  | null;

type Mutable<T> = T extends readonly (infer Item)[]
  ? Mutable<Item>[]
  : T extends Leaf
    ? T
    : { -readonly [Key in keyof T]: Mutable<T[Key]> };

/** An observation that a test may spoil. */
export type Spoilable = Mutable<Observation>;

const ADDRESS = 'http://127.0.0.1:1';

/** A fresh observation that no invariant complains about. */
export function healthyObservation(): Spoilable {
  const observation: Observation = {
    operations: [ANALYZED, PARKED].map((callSid) => ({
      kind: 'start',
      callSid,
      invokedAt: AT,
      outcome: 'ok',
      status: 202,
      runId: runIdOf(callSid),
    })),
    recordings: [ANALYZED, PARKED].map((callSid) => ({
      callSid,
      recordgroup: '100',
      recordid: '1',
      sha256: `hash of ${callSid}`,
    })),
    rows: {
      calls: [
        call(ANALYZED, {
          callStatus: 'COMPLETED',
          outcome: 'ANALYZED',
          callAnalysisId: 'analysis',
          endTime: AT,
          duration: 1,
        }),
        call(PARKED, {
          callStatus: 'FAILED',
          failedStep: 'analyzeTranscript',
          failureCode: 'MODEL_CREDENTIALS_REFUSED',
          failureMessage: 'The language model refused the key.',
        }),
      ],
      companies: [{ id: 'company', connectwiseId: '1', name: 'Zanzibar', ...NO_TIME }],
      transcripts: [],
      analyses: [
        {
          ...PROMPT,
          ...NO_TIME,
          id: 'analysis',
          callId: idOf(ANALYZED),
          companyId: 'company',
          data: {},
          submissionId: 'submission',
          runId: runIdOf(ANALYZED),
        },
      ],
      logs: [
        ...common(ANALYZED),
        log(ANALYZED, 5, 'ANALYSIS_SUCCESS'),
        log(ANALYZED, 5, 'ANALYSIS_SAVED'),
        log(ANALYZED, 5, 'JOB_COMPLETED'),
        ...common(PARKED),
        failure(PARKED, 5, 'ANALYSIS_FAILED', 1),
        failure(PARKED, 6, 'JOB_FAILED', 0),
      ],
    },
    runs: [
      run(ANALYZED, {
        status: 'COMPLETED',
        searchAttributes: { CallStatus: 'COMPLETED' },
        activities: [...done(), activity(5, 'analyzeTranscript', 'completed')],
      }),
      run(PARKED, {
        status: 'RUNNING',
        searchAttributes: {
          CallStatus: 'FAILED',
          FailedStep: 'analyzeTranscript',
          FailureCode: 'MODEL_CREDENTIALS_REFUSED',
        },
        report: {
          steps: steps('FAILED'),
          parked: [{ step: 'analyzeTranscript', code: 'MODEL_CREDENTIALS_REFUSED' }],
          reprocessRequests: 0,
        },
        activities: [
          ...done(),
          activity(5, 'analyzeTranscript', 'failed'),
          activity(6, 'recordFailure', 'completed'),
        ],
      }),
    ],
    sandbox: {
      hits: {
        [ANALYZED]: { 'languageModel.chat.completions': 1 },
        [PARKED]: { 'languageModel.chat.completions': 1 },
      },
      objects: [ANALYZED, PARKED].map((callSid) => ({
        name: `call-recordings/${callSid}.wav`,
        sha256: `hash of ${callSid}`,
      })),
      operations: [ANALYZED, PARKED].map((callSid) => ({
        name: `operation of ${callSid}`,
        callSid,
        prefix: `gs://bucket/transcripts/${callSid}/submission/`,
        state: 'DONE',
      })),
    },
    sessions: { samples: 100, idle: [{ pid: 7, longestMs: 12, lastQuery: 'BEGIN' }] },
    texts: [{ name: 'worker-1.log', text: '{"message":"The worker takes calls."}' }],
    canaries: canariesOf({
      controlUrl: ADDRESS,
      phoneSystemUrl: ADDRESS,
      storageApiEndpoint: ADDRESS,
      speechApiEndpoint: ADDRESS,
      connectwiseUrl: ADDRESS,
      languageModelBaseUrl: ADDRESS,
      transcriptionBaseUrl: ADDRESS,
    }),
  };
  return structuredClone(observation) as Spoilable;
}

function run(callSid: string, more: Partial<ObservedRun>): ObservedRun {
  return {
    callSid,
    runId: runIdOf(callSid),
    startedAt: AT,
    status: 'RUNNING',
    beganBy: 'request',
    redo: [],
    searchAttributes: {},
    report: null,
    activities: [],
    text: 'WorkflowExecutionStarted',
    ...more,
  };
}

function activity(id: number, type: string, end: ObservedActivity['end']): ObservedActivity {
  return { activityId: String(id), type, redo: false, attempts: 1, end };
}

function done(): ObservedActivity[] {
  return [
    activity(1, 'openCall', 'completed'),
    activity(2, 'archiveRecording', 'completed'),
    activity(3, 'transcribeRecording', 'completed'),
    activity(4, 'matchCompany', 'completed'),
  ];
}

function steps(ofAnalysis: Progress): Record<Step, Progress> {
  const before = { openCall: 'DONE', archiveRecording: 'DONE', matchCompany: 'DONE' } as const;
  return { ...before, transcribeRecording: 'DONE', analyzeTranscript: ofAnalysis };
}
