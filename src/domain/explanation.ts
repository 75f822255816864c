import type { CallStatus, CompanyMatch, Outcome } from './call.ts';
import { ERROR_CODES, type ErrorCode } from './error-codes.ts';
import { adviceWhileRetrying, forClosedRun } from './advice.ts';
import type { Step } from './names.ts';
import type { Running, Waiting } from './waiting.ts';

/** What is known about a call, as far as a dispatcher needs it explained. */
export type ExplainedCall = {
  readonly status: CallStatus;
  readonly outcome: Outcome | null;
  readonly companyMatch: CompanyMatch | null;
  /** The name of the company, where there is one. */
  readonly companyName: string | null;
  /** Whether the number of the other side is known. */
  readonly hasNumber: boolean;
  /** Set while the call is FAILED. */
  readonly failure: {
    readonly step: Step;
    readonly code: ErrorCode;
    /** What failed and why, and what to do about it. */
    readonly message: string;
  } | null;
  /** Set while something is tried again by itself, or waits for a worker. */
  readonly waiting: Waiting | null;
  /** The step that a worker is at, when it has not failed yet. */
  readonly running: Running | null;
  /** Why Temporal cannot be asked about the call; `null` when it can. */
  readonly temporalFailure: string | null;
  /** Whether the run is closed, so that it takes no signal. */
  readonly isRunClosed: boolean;
};

const WHAT_FAILED = {
  openCall: 'The call could not be opened for processing.',
  archiveRecording: 'The recording could not be fetched and archived.',
  transcribeRecording: 'The recording could not be transcribed.',
  matchCompany: 'The company could not be looked up.',
  analyzeTranscript: 'What was said could not be analysed.',
} as const satisfies Record<Step, string>;

const WHAT_RUNS = {
  openCall: 'The call is being opened for processing',
  archiveRecording:
    'The recording is being fetched from the phone system and archived in Cloud Storage',
  transcribeRecording: 'The recording is being transcribed',
  matchCompany: 'The company is being looked up in ConnectWise',
  analyzeTranscript: 'The language model is analysing what was said',
} as const satisfies Record<Step, string>;

const WHAT_CAME_OUT = {
  ANALYZED: 'What was said was analysed.',
  NO_SPEECH: 'Nobody spoke in the recording, so there was nothing to analyse.',
} as const satisfies Record<Outcome, string>;

/**
 * Explains the outcome of a call in a few plain sentences, for people who know neither our codes nor
 * our steps: who it was with and what came of it, or what failed and what to do about it.
 */
export function explainCall(call: ExplainedCall): string {
  return join(explainState(call), explainSilence(call));
}

function explainState(call: ExplainedCall): string {
  const { status, waiting, running } = call;
  if (waiting?.code === 'TEMPORAL_NO_WORKER') {
    return join(status === 'PROCESSING' ? null : explainResult(call), explainRequest(waiting));
  }
  if (status !== 'PROCESSING') return explainResult(call);
  if (waiting !== null) return explainRetry(waiting);
  return join('The call is being processed.', running && explainRunning(running));
}

/** A slow system looks like this; an attempt that lasts too long is ended and then counts as failed. */
function explainRunning({ step, since }: Running): string {
  return `${WHAT_RUNS[step]}, since ${inWords(since)}. Nothing has failed, and nothing needs to be done: if no answer comes in time, the service tries again by itself.`;
}

/** Without Temporal no step begins. A call that is completed does not need it. */
function explainSilence({ status, temporalFailure }: ExplainedCall): string | null {
  if (temporalFailure === null || status === 'COMPLETED') return null;
  const meanwhile =
    status === 'FAILED'
      ? 'No request about the call is taken until it answers.'
      : 'Nothing is lost: the call goes on by itself once it answers.';
  return `${temporalFailure} This is how the call was before. ${meanwhile} Check that Temporal runs, and that TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE are right.`;
}

/** How the call ended last. A failure has no advice while a request to mend it waits already. */
function explainResult(call: ExplainedCall): string {
  if (call.status === 'FAILED') return explainFailure(call);
  const result = join(explainCompany(call), call.outcome && WHAT_CAME_OUT[call.outcome]);
  return result || 'The call was processed.';
}

function explainFailure({ failure, waiting, isRunClosed }: ExplainedCall): string {
  if (failure === null) return 'The processing of the call failed; its log says why.';
  const { step, code, message } = failure;
  const what = WHAT_FAILED[step];
  if (waiting?.code === 'TEMPORAL_NO_WORKER') return `${what} ${withoutAdvice(code, message)}`;
  return `${what} ${isRunClosed ? forClosedRun(message) : message}`;
}

/** What failed and why; the meaning of the code where the advice is that of an earlier version. */
function withoutAdvice(code: ErrorCode, message: string): string {
  const { meaning, remedy } = ERROR_CODES[code];
  return message.endsWith(remedy) ? message.slice(0, -remedy.length).trimEnd() : meaning;
}

function explainRetry({ step, attempt, code, message, since, nextAttemptAt }: Waiting): string {
  const next = nextAttemptAt === null ? 'now' : `at ${inWords(nextAttemptAt)}`;
  return join(
    WHAT_FAILED[step].replace(/\.$/, ' so far.'),
    message,
    `It has been tried ${attempt === 1 ? 'once' : `${attempt} times`} since ${inWords(since)} and is tried again by itself, next ${next}.`,
    adviceWhileRetrying(code),
  );
}

function explainRequest({ since }: Waiting): string {
  return `No worker has taken the call up since ${inWords(since)}: none is running, or all of them are busy. Check that workers run (npm run worker); the call then goes on by itself.`;
}

function inWords(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function join(...sentences: readonly (string | null)[]): string {
  return sentences.filter((one) => one !== null && one !== '').join(' ');
}

/** `null` while the company has not been looked up. */
function explainCompany({ companyMatch, companyName, hasNumber }: ExplainedCall): string | null {
  switch (companyMatch) {
    case null:
      return null;
    case 'MATCHED':
      return `The call was with ${companyName ?? 'a company that ConnectWise knows'}.`;
    case 'AMBIGUOUS':
      return 'Several companies in ConnectWise share this number, so none was chosen.';
    case 'UNKNOWN':
      return hasNumber
        ? 'No company in ConnectWise has this number.'
        : 'The phone system gives no usable number for the other side, so no company was looked for.';
    case 'WITHHELD':
      return 'The caller withheld the number, so the company is not known.';
    case 'INTERNAL':
      return 'A call between colleagues, so no company was looked for.';
  }
}
