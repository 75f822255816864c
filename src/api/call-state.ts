import type { Call } from '../generated/prisma/client.ts';
import type { CallRun } from '../clients/temporal/call-runs.ts';
import { forClosedRun } from '../domain/advice.ts';
import type { CallStatus } from '../domain/call.ts';
import { ERROR_CODES, isErrorCode } from '../domain/error-codes.ts';
import { isStep, type Step } from '../domain/names.ts';
import { ServiceError } from '../domain/service-error.ts';
import type { Running, Waiting } from '../domain/waiting.ts';

/** How a call stands, from its row and from its run: the row alone does not know that a run is gone. */
export type CallState = {
  readonly status: CallStatus;
  readonly failure: {
    readonly step: string;
    readonly code: string;
    readonly message: string;
  } | null;
  readonly waiting: Waiting | null;
  /** The step that a worker is at, when it has not failed yet in this run. */
  readonly running: Running | null;
  /** Why Temporal cannot be asked, so that the row alone tells; `null` when it answered. */
  readonly temporalFailure: string | null;
  /** Whether the run is closed, so that it takes no signal. */
  readonly isRunClosed: boolean;
};

// A worker that is there takes a task within milliseconds; two seconds are more than a busy one needs,
// and little enough for a person who has just asked for something.
const UNCLAIMED_AFTER_MS = 2_000;

/**
 * How a call stands. `run` is the newest one: `null` when Temporal does not know one any more, and its
 * failure while Temporal does not answer, when the row alone tells.
 */
export function callStateOf(call: Call, run: CallRun | null | ServiceError): CallState {
  const { callStatus: status } = call;
  if (run instanceof ServiceError) {
    return {
      status,
      failure: failureOf(call),
      waiting: waitingOf(call),
      running: null,
      temporalFailure: run.told,
      isRunClosed: false,
    };
  }
  if (run?.isOpen !== true) return closedState(call);
  const waiting = waitingIn(run, call);
  return {
    status,
    failure: failureOf(call),
    waiting,
    running: waiting === null ? runningIn(run) : null,
    temporalFailure: null,
    isRunClosed: false,
  };
}

/** Of two steps at a time, the one that has taken longer. */
function runningIn({ pending }: CallRun): Running | null {
  const running = pending.steps.flatMap(({ step, runningSince: since }) =>
    since === null ? [] : [{ step, since }],
  );
  return running.toSorted((a, b) => a.since.getTime() - b.since.getTime())[0] ?? null;
}

function closedState(call: Call): CallState {
  const nothingWaits = {
    waiting: null,
    running: null,
    temporalFailure: null,
    isRunClosed: true,
  } as const;
  if (call.callStatus === 'PROCESSING') {
    const { meaning, remedy } = ERROR_CODES.RUN_CLOSED;
    const failure = { code: 'RUN_CLOSED', message: `${meaning} ${remedy}` };
    return { ...nothingWaits, status: 'FAILED', failure: { ...failure, step: stepOf(call) } };
  }
  const failure = failureOf(call);
  return {
    ...nothingWaits,
    status: call.callStatus,
    failure: failure && { ...failure, message: forClosedRun(failure.message) },
  };
}

/** What an open run waits for, if it does. Temporal's own numbers are newer than those of the row. */
function waitingIn(run: CallRun, call: Call): Waiting | null {
  // The call is done; only its run has not closed yet.
  if (call.callStatus === 'COMPLETED' && call.runId === run.runId) return null;
  const { steps, unclaimedSince } = run.pending;
  if (unclaimedSince !== null && Date.now() - unclaimedSince.getTime() >= UNCLAIMED_AFTER_MS) {
    const step = steps.at(-1);
    return {
      step: step?.step ?? stepOf(call),
      attempt: step?.failedAttempts ?? 0,
      code: 'TEMPORAL_NO_WORKER',
      message: 'No worker has taken the call up yet.',
      since: unclaimedSince,
      nextAttemptAt: null,
    };
  }

  const failed = steps.flatMap(({ failure, ...step }) =>
    failure === null ? [] : [{ ...step, ...failure }],
  );
  const last = failed.toSorted((a, b) => (b.at?.getTime() ?? 0) - (a.at?.getTime() ?? 0))[0];
  if (last === undefined) return null;
  const { step, failedAttempts, code, message, at, nextAttemptAt } = last;
  const noted = waitingOf(call);
  const since = noted?.step === step ? noted.since : (at ?? new Date());
  return { step, attempt: failedAttempts, code, message, since, nextAttemptAt };
}

function waitingOf(call: Call): Waiting | null {
  const { waitingStep: step, waitingCode: code, waitingSince: since } = call;
  if (step === null || !isStep(step) || !isErrorCode(code) || since === null) return null;
  return {
    step,
    attempt: call.waitingAttempt ?? 0,
    code,
    message: call.waitingMessage ?? '',
    since,
    nextAttemptAt: call.waitingNextAt,
  };
}

function failureOf({ failedStep, failureCode, failureMessage }: Call): CallState['failure'] {
  return failedStep === null || failureCode === null
    ? null
    : { step: failedStep, code: failureCode, message: failureMessage ?? '' };
}

/** The step at which a call stands, as far as its row tells: the one that failed, or the first without a result. */
function stepOf(call: Call): Step {
  const { failedStep, waitingStep } = call;
  for (const step of [waitingStep, failedStep]) if (step !== null && isStep(step)) return step;
  if (call.recordingUrl === null) return 'archiveRecording';
  if (call.speechRecognition === null) return 'transcribeRecording';
  return call.companyMatch === null ? 'matchCompany' : 'analyzeTranscript';
}
