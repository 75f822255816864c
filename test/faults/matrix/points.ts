import type { Step } from '../../../src/domain/names.ts';
import type { Links } from '../harness/links.ts';
import type { TrapOptions } from '../harness/trap.ts';

/** The moment when certain data passes on one of a worker's links. */
export type Moment = {
  readonly link: keyof Links;
  readonly direction: TrapOptions['direction'];
  readonly when: TrapOptions['when'];
};

/** A point at which a worker is killed, as observed from outside. */
export type KillPoint = {
  readonly step: Step;
  readonly name: string;
  /** Each in turn is held back; at the last one the worker is killed, so it is never delivered. */
  readonly moments: readonly [Moment, ...Moment[]];
  /** The earliest time after which lost work is retried, in milliseconds. */
  readonly returnsAfterMs: number;
  /** Overrides of the usual recording (see the sandbox's README). */
  readonly recording?: Readonly<Record<string, unknown>>;
};

// 24 MB: six of the 4 MiB chunks in which a recording is uploaded.
const LARGE = { audio: { generate: { kind: 'noise', sizeBytes: 24_000_000 } } };

// Half of the large recording: fetched as base64, and stored as raw bytes.
const HALF_FETCHED = 16_000_000;
const HALF_STORED = 12_000_000;

// Half of the small recording: a second of 8 kHz, 16-bit audio is 16 kB.
const HALF_FETCHED_SMALL = 10_000;

const asks = (link: keyof Links, pattern: string): Moment => ({
  link,
  direction: 'toServer',
  when: { pattern },
});
const answers = (link: keyof Links, pattern: string): Moment => ({
  link,
  direction: 'toClient',
  when: { pattern },
});
const passes = (link: keyof Links, direction: TrapOptions['direction'], bytes: number): Moment => ({
  link,
  direction,
  when: { bytes },
});
/** What is written by a statement of its own takes effect with it; its answer begins with this column. */
const statementOf = (text: string): Moment => asks('database', text);
const answered = answers('database', 'isWritten');
/** The COMMIT of the transaction in which this text was written. */
const commitOf = (text: string): Moment => ({
  link: 'database',
  direction: 'toServer',
  when: { pattern: 'COMMIT', after: text },
});
const committed = answers('database', 'COMMIT');
const SUBMISSION_KEPT = statementOf('SET "speechSubmissionId"');
const OPERATION_KEPT = statementOf('SET "speechOperation"');

// Temporal's default timeout of a workflow task.
const WORKFLOW_TASK_MS = 10_000;

// From the steps' heartbeats and timeouts. The company is looked up in parallel with the
// transcription, so both are lost together.
const RETURNS_AFTER_MS: Readonly<Record<Step, number>> = {
  openCall: 10_000,
  archiveRecording: 30_000,
  transcribeRecording: 20_000,
  matchCompany: 20_000,
  analyzeTranscript: 30_000,
};

type Write = { readonly begun: Moment; readonly done: Moment };

const byStatement = (text: string): Write => ({ begun: statementOf(text), done: answered });
const byTransaction = (text: string): Write => ({ begun: commitOf(text), done: committed });

/** The four points around the end of every step, from its last write to the start of what follows. */
function endOf(step: Step, { begun, done }: Write, result: string): KillPoint[] {
  return [
    at(step, 'between effect and commit', [begun]),
    at(step, 'committed, reply lost', [begun, done]),
    at(step, 'between commit and acknowledgement', [asks('temporal', result)]),
    {
      // The next workflow task repeats the result, which shows that Temporal has it.
      ...at(step, 'acknowledged', [answers('temporal', result)]),
      returnsAfterMs: WORKFLOW_TASK_MS,
    },
  ];
}

function at(step: Step, name: string, moments: KillPoint['moments']): KillPoint {
  return { step, name, moments, returnsAfterMs: RETURNS_AFTER_MS[step] };
}

const ofLarge = (point: KillPoint): KillPoint => ({
  ...point,
  name: `${point.name} (large)`,
  recording: LARGE,
});

/**
 * Every point of the kill matrix, in the order in which a call reaches them. A worker that is killed
 * serves only one call, so any text on its links belongs to that call.
 */
export const KILL_POINTS: readonly KillPoint[] = [
  // With nothing to do before it, openCall has no effect but this one.
  ...endOf('openCall', byStatement('JOB_STARTED'), '"alreadyCompleted"'),

  at('archiveRecording', 'before the fetch', [asks('phoneSystem', 'HTTP/1.1')]),
  at('archiveRecording', 'half fetched', [passes('phoneSystem', 'toClient', HALF_FETCHED_SMALL)]),
  ofLarge(
    at('archiveRecording', 'half fetched', [passes('phoneSystem', 'toClient', HALF_FETCHED)]),
  ),
  ofLarge(at('archiveRecording', 'half stored', [passes('storage', 'toServer', HALF_STORED)])),
  at('archiveRecording', 'upload begun, reply lost', [answers('storage', 'HTTP/1.1 200')]),
  at('archiveRecording', 'stored, reply lost', [answers('storage', '"generation"')]),
  ofLarge(at('archiveRecording', 'stored, reply lost', [answers('storage', '"generation"')])),
  ofLarge(at('archiveRecording', 'between effect and commit', [statementOf('FETCH_SUCCESS')])),
  ...endOf('archiveRecording', byStatement('FETCH_SUCCESS'), '"recordingUrl"'),

  at('transcribeRecording', "before the submission's ID is stored", [SUBMISSION_KEPT]),
  at('transcribeRecording', "the submission's ID stored, reply lost", [
    SUBMISSION_KEPT,
    answers('database', 'UPDATE 1'),
  ]),
  at('transcribeRecording', 'before the submit', [asks('speech', 'gs://')]),
  at('transcribeRecording', 'submitted, reply lost', [answers('speech', '/operations/')]),
  at('transcribeRecording', "before the operation's name is stored", [OPERATION_KEPT]),
  at('transcribeRecording', "the operation's name stored, reply lost", [OPERATION_KEPT, answered]),
  at('transcribeRecording', 'before the first poll', [asks('speech', '/operations/')]),
  at('transcribeRecording', 'while polling', [
    asks('speech', '/operations/'),
    answers('speech', '/operations/'),
  ]),
  at('transcribeRecording', 'after the result exists, before it is read', [
    asks('storage', 'alt=media'),
  ]),
  at('transcribeRecording', 'result read, reply lost', [
    asks('storage', 'alt=media'),
    answers('storage', '"results"'),
  ]),
  ...endOf('transcribeRecording', byTransaction('TRANSCRIPTION_SUCCESS'), '"transcriptId"'),

  at('matchCompany', 'before the lookup', [asks('connectwise', 'HTTP/1.1')]),
  at('matchCompany', 'looked up, reply lost', [answers('connectwise', 'HTTP/1.1 200')]),
  // The first call of a company adds it in a transaction, which is still open when the answer comes.
  ...endOf('matchCompany', byStatement('COMPANY_IDENTIFIED'), '"companyMatch"'),

  at('analyzeTranscript', 'before the request', [asks('languageModel', 'HTTP/1.1')]),
  at('analyzeTranscript', 'answered, reply lost', [answers('languageModel', 'HTTP/1.1 200')]),
  at('analyzeTranscript', 'before the analysis is written', [
    asks('database', 'INSERT INTO "public"."CallAnalysis"'),
  ]),
  ...endOf('analyzeTranscript', byTransaction('ANALYSIS_SUCCESS'), '"callAnalysisId"'),
  {
    ...at('analyzeTranscript', "before the run's end is reported", [
      asks('temporal', '"status":"COMPLETED"'),
    ]),
    returnsAfterMs: WORKFLOW_TASK_MS,
  },
];
