import {
  CancellationScope,
  continueAsNew,
  isCancellation,
  log,
  setHandler,
} from '@temporalio/workflow';

import type { CallKey } from '../domain/call.ts';
import type { CallProcessingInput, CallProcessingResult, Progress } from '../domain/call-run.ts';
import { REDO_STEPS, STEPS, type RedoStep, type Step } from '../domain/names.ts';
import { toReprocessRequest } from '../domain/reprocess-request.ts';
import { closeCancelled, closeExpired } from './closing.ts';
import { checkInput } from './input.ts';
import { reprocessSignal, statusQuery } from './messages.ts';
import { createParking, WindowExpired } from './parking.ts';
import { mustRedo, withoutImplied } from './redo-plan.ts';
import { publish, publishStart } from './run-status.ts';
import { activities } from './step-activities.ts';
import { toStepFailure } from './step-failure.ts';
import { together } from './run-in-parallel.ts';

// How long a call waits for a reprocess until openCall has told what is configured.
const DEFAULT_WINDOW_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * The story of one call: open it; archive its recording; transcribe it and find the company, side
 * by side; analyse what was said. A step that is given up waits for the signal `reprocess` and is
 * tried again, while what was done before stays done.
 */
export async function CallProcessingWorkflow(
  input: CallProcessingInput,
): Promise<CallProcessingResult> {
  const { redoFrom, alsoRedo = [], reason: askedWhy, ...key } = checkInput(input);
  const progress: Record<Step, Progress> = {
    openCall: 'WAITING',
    archiveRecording: 'WAITING',
    transcribeRecording: 'WAITING',
    matchCompany: 'WAITING',
    analyzeTranscript: 'WAITING',
  };
  const parking = createParking(key);
  const story = new CancellationScope();
  let targets: readonly RedoStep[] = redoFrom === undefined ? [] : [redoFrom, ...alsoRedo];
  let reason = askedWhy ?? null;
  let windowMs = DEFAULT_WINDOW_MS;
  let begun = false;
  const rewind: RedoStep[] = [];
  let reprocessRequests = 0;

  setHandler(statusQuery, () => ({
    steps: progress,
    parked: parking.list().map(([step, { code }]) => ({ step, code })),
    reprocessRequests,
  }));

  setHandler(reprocessSignal, (payload) => {
    const request = toReprocessRequest(payload);
    reprocessRequests += 1;
    if (!begun) {
      // Sent together with the start: the call is known, and a step of it is to be redone.
      targets = withoutImplied([...targets, request.from ?? 'analyzeTranscript']);
      reason = request.reason ?? reason;
    } else if (request.from !== null && progress[request.from] === 'DONE') {
      rewind.push(request.from);
      reason = request.reason;
      parking.releaseAll(reason);
      story.cancel();
    } else if (!parking.releaseAll(request.reason)) {
      log.info('Nothing is parked, so this reprocess changes nothing.', { from: request.from });
    }
  });

  // Signals that came with the start are delivered before this continues.
  await Promise.resolve();
  begun = true;
  publishStart();

  /** Runs a step until it succeeds, however often it has to be parked on the way. */
  async function perform<T>(step: Step, attempt: () => Promise<T>): Promise<T> {
    for (;;) {
      progress[step] = 'RUNNING';
      try {
        const result = await attempt();
        progress[step] = 'DONE';
        return result;
      } catch (error) {
        if (isCancellation(error)) throw error;
        progress[step] = 'FAILED';
        await parking.wait(step, toStepFailure(error), windowMs);
      }
    }
  }

  const redo = (step: RedoStep) => ({ callSid: key.callSid, redo: mustRedo(step, targets) });

  async function tell(): Promise<CallProcessingResult> {
    const opened = await perform('openCall', () =>
      activities.openCall({ ...key, redoFrom: targets[0] ?? null, reason }),
    );
    if (opened.alreadyCompleted) return completed(key, null);
    windowMs = opened.reprocessWindowMs;

    await perform('archiveRecording', () => activities.archiveRecording(redo('archiveRecording')));
    await together(
      () =>
        perform('transcribeRecording', () =>
          activities.transcribeRecording(redo('transcribeRecording')),
        ),
      () => perform('matchCompany', () => activities.matchCompany(redo('matchCompany'))),
    );
    const { outcome } = await perform('analyzeTranscript', () =>
      activities.analyzeTranscript(redo('analyzeTranscript')),
    );
    return completed(key, outcome);
  }

  /** What the next run has to redo: what was asked of this one by signals, and what it still owes. */
  function remaining(): readonly RedoStep[] {
    const owed = REDO_STEPS.filter((step) => mustRedo(step, targets) && progress[step] !== 'DONE');
    return withoutImplied([...rewind, ...owed]);
  }
  const mayBeginAgain = () => rewind.length > 0 && !CancellationScope.current().consideredCancelled;

  try {
    const result = await story.run(tell);
    if (mayBeginAgain()) return await beginAgain(key, remaining(), reason);
    publish({ status: 'COMPLETED' });
    return result;
  } catch (error) {
    // A window may expire while the other branch still works, and a rewind come before it has ended.
    if (mayBeginAgain() && (isCancellation(error) || error instanceof WindowExpired)) {
      return await beginAgain(key, remaining(), reason);
    }
    if (isCancellation(error)) await closeCancelled(key, firstUnfinished(progress));
    throw error instanceof WindowExpired ? await closeExpired(key, error) : error;
  }
}

function completed(
  { callSid }: CallKey,
  outcome: CallProcessingResult['outcome'],
): CallProcessingResult {
  return { callSid, status: 'COMPLETED', outcome };
}

/** Starts the run anew under the same id. Memo and search attributes carry over. */
function beginAgain(
  key: CallKey,
  [redoFrom = 'analyzeTranscript', ...alsoRedo]: readonly RedoStep[],
  reason: string | null,
): Promise<never> {
  return continueAsNew<typeof CallProcessingWorkflow>({
    ...key,
    redoFrom,
    ...(alsoRedo.length === 0 ? {} : { alsoRedo }),
    ...(reason === null ? {} : { reason }),
  });
}

function firstUnfinished(progress: Readonly<Record<Step, Progress>>): Step {
  return STEPS.find((step) => progress[step] !== 'DONE') ?? 'analyzeTranscript';
}
