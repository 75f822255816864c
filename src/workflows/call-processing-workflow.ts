import {
  CancellationScope,
  ContinueAsNew,
  continueAsNew,
  isCancellation,
  log,
  patched,
  setHandler,
} from '@temporalio/workflow';

import type { CallKey } from '../domain/call.ts';
import type { CallProcessingInput, CallProcessingResult, Progress } from '../domain/call-run.ts';
import { REDO_STEPS, STEPS, type RedoStep, type Step } from '../domain/names.ts';
import {
  actorOf,
  NO_NOTE,
  toReprocessRequest,
  type ReprocessRequest,
  type RequestNote,
} from '../domain/reprocess-request.ts';
import { closeCancelled, closeExpired } from './closing.ts';
import { checkInput } from './input.ts';
import {
  PLAN_DESCRIPTION,
  planQuery,
  REPROCESS_DESCRIPTION,
  reprocessSignal,
  STATUS_DESCRIPTION,
  statusQuery,
} from './messages.ts';
import { createParking, WindowExpired } from './parking.ts';
import { mustRedo, withoutImplied } from '../domain/redo-plan.ts';
import { publishStarted, publishStatus } from './run-status.ts';
import { activities } from './step-activities.ts';
import { toStepFailure } from './step-failure.ts';
import { runInParallel } from './run-in-parallel.ts';

// How long a call waits for a reprocess before openCall has returned the configured window.
const DEFAULT_WINDOW_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * The story of one call: open it; archive its recording; transcribe it and find the company in
 * parallel; analyse what was said. A step that is given up waits for the signal `reprocess` and is
 * then retried; the steps before it are not run again.
 */
export async function CallProcessingWorkflow(
  input: CallProcessingInput,
): Promise<CallProcessingResult> {
  const { redoFrom, alsoRedo = [], reason, actor, ...key } = checkInput(input);
  const progress: Record<Step, Progress> = {
    openCall: 'WAITING',
    archiveRecording: 'WAITING',
    transcribeRecording: 'WAITING',
    matchCompany: 'WAITING',
    analyzeTranscript: 'WAITING',
  };
  const parking = createParking(key);
  const stepsScope = new CancellationScope();
  let redoTargets: readonly RedoStep[] = redoFrom === undefined ? [] : [redoFrom, ...alsoRedo];
  let note: RequestNote = { reason: reason ?? null, actor: actor ?? null };
  let windowMs = DEFAULT_WINDOW_MS;
  let hasStarted = false;
  const rewindTo: RedoStep[] = [];
  const whole = CancellationScope.current();
  let isClosing = false;
  /** Requests that came too late for this run: a new one has to do them. */
  const tooLate: ReprocessRequest[] = [];
  let reprocessRequests = 0;

  setHandler(
    statusQuery,
    () => ({
      steps: progress,
      parked: parking.list().map(([step, { code }]) => ({ step, code })),
      reprocessRequests,
    }),
    { description: STATUS_DESCRIPTION },
  );

  setHandler(planQuery, () => ({ steps: progress, redo: redoTargets }), {
    description: PLAN_DESCRIPTION,
  });

  setHandler(
    reprocessSignal,
    (payload) => {
      const request = toReprocessRequest(payload);
      reprocessRequests += 1;
      if (request.onlyIfParked && parking.list().length === 0) {
        log.info('Nothing is parked any more, so this reprocess changes nothing.');
      } else if (!hasStarted) {
        // Sent together with the start: a known call is to redo a step.
        redoTargets = withoutImplied([...redoTargets, request.from ?? 'analyzeTranscript']);
        note = noteOf(request, note);
      } else if (isClosing || whole.consideredCancelled) {
        tooLate.push(request);
      } else if (request.from !== null && progress[request.from] === 'DONE') {
        rewindTo.push(request.from);
        note = request;
        parking.releaseAll(note);
        stepsScope.cancel();
      } else if (parking.releaseAll(request)) {
        // openCall, if it is what was parked, notes the reason of the request that it is retried for.
        note = noteOf(request, note);
      } else if (parking.hasExpired()) {
        tooLate.push(request);
      } else {
        log.info('Nothing is parked, so this reprocess changes nothing.', { from: request.from });
      }
    },
    { description: REPROCESS_DESCRIPTION },
  );

  // Signals that were sent with the start are delivered before this continues.
  await Promise.resolve();
  hasStarted = true;
  publishStarted();

  /** Runs a step until it succeeds, parking it each time that it is given up. */
  async function runStep<T>(step: Step, activity: () => Promise<T>): Promise<T> {
    for (;;) {
      progress[step] = 'RUNNING';
      try {
        const result = await activity();
        progress[step] = 'DONE';
        return result;
      } catch (error) {
        if (isCancellation(error)) throw error;
        progress[step] = 'FAILED';
        await parking.waitForRelease(step, toStepFailure(error), windowMs);
      }
    }
  }

  const inputOf = (step: RedoStep) => ({ callSid: key.callSid, redo: mustRedo(step, redoTargets) });

  async function runSteps(): Promise<CallProcessingResult> {
    const opened = await runStep('openCall', () =>
      activities.openCall({
        ...key,
        redoFrom: redoTargets[0] ?? null,
        reason: note.reason,
        ...actorOf(note),
      }),
    );
    if (opened.alreadyCompleted) return toResult(key, null);
    windowMs = opened.reprocessWindowMs;

    await runStep('archiveRecording', () =>
      activities.archiveRecording(inputOf('archiveRecording')),
    );
    await runInParallel(
      () =>
        runStep('transcribeRecording', () =>
          activities.transcribeRecording(inputOf('transcribeRecording')),
        ),
      () => runStep('matchCompany', () => activities.matchCompany(inputOf('matchCompany'))),
    );
    const { outcome } = await runStep('analyzeTranscript', () =>
      activities.analyzeTranscript(inputOf('analyzeTranscript')),
    );
    return toResult(key, outcome);
  }

  /** What the next run has to redo: what signals asked of this run, and what it has not redone yet. */
  function stepsToRedo(): readonly RedoStep[] {
    const pending = REDO_STEPS.filter(
      (step) => mustRedo(step, redoTargets) && progress[step] !== 'DONE',
    );
    return withoutImplied([...rewindTo, ...pending]);
  }
  const mustRestart = () => rewindTo.length > 0 && !CancellationScope.current().consideredCancelled;

  // Older code dropped such requests, and its runs have to be replayed as they were.
  const mustRedoTooLate = () => tooLate.length > 0 && patched('redo-after-close');
  const redoTooLate = (): Promise<never> => {
    const steps = tooLate.map(({ from }) => from ?? 'analyzeTranscript');
    return restartRun(key, withoutImplied(steps), tooLate.at(-1) ?? NO_NOTE);
  };

  try {
    const result = await stepsScope.run(runSteps);
    if (mustRestart()) return await restartRun(key, stepsToRedo(), note);
    // The last step may have succeeded although the run was cancelled.
    if (mustRedoTooLate()) return await redoTooLate();
    publishStatus({ status: 'COMPLETED' });
    return result;
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    // A rewind may be requested after one branch's window has expired and before the other has ended.
    if (mustRestart() && (isCancellation(error) || error instanceof WindowExpired)) {
      return await restartRun(key, stepsToRedo(), note);
    }
    isClosing = true;
    if (isCancellation(error)) await closeCancelled(key, firstUnfinished(progress));
    const end = error instanceof WindowExpired ? await closeExpired(key, error) : error;
    if (mustRedoTooLate()) return await redoTooLate();
    throw end;
  }
}

function toResult(
  { callSid }: CallKey,
  outcome: CallProcessingResult['outcome'],
): CallProcessingResult {
  return { callSid, status: 'COMPLETED', outcome };
}

/** The note of the newer request, with what only the older one says. */
function noteOf(newer: RequestNote, older: RequestNote): RequestNote {
  return { reason: newer.reason ?? older.reason, actor: newer.actor ?? older.actor };
}

/** Continues as a new run under the same workflow id. Memo and search attributes carry over. */
function restartRun(
  key: CallKey,
  [redoFrom = 'analyzeTranscript', ...alsoRedo]: readonly RedoStep[],
  note: RequestNote,
): Promise<never> {
  return continueAsNew<typeof CallProcessingWorkflow>({
    ...key,
    redoFrom,
    ...(alsoRedo.length === 0 ? {} : { alsoRedo }),
    ...(note.reason === null ? {} : { reason: note.reason }),
    ...actorOf(note),
  });
}

function firstUnfinished(progress: Readonly<Record<Step, Progress>>): Step {
  return STEPS.find((step) => progress[step] !== 'DONE') ?? 'analyzeTranscript';
}
