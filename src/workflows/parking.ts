import { CancellationScope, condition, log } from '@temporalio/workflow';

import type { CallKey } from '../domain/call.ts';
import { REPROCESS_SIGNAL, type Step } from '../domain/names.ts';
import { actorOf, NO_NOTE, type RequestNote } from '../domain/reprocess-request.ts';
import { activities } from './step-activities.ts';
import { publishStatus } from './run-status.ts';
import { toStepFailure, type StepFailure } from './step-failure.ts';

/** Thrown inside the workflow when nobody reprocessed a parked step in time. */
export class WindowExpired extends Error {
  readonly step: Step;
  readonly failure: StepFailure;

  constructor(step: Step, failure: StepFailure) {
    super(`Nobody reprocessed ${step} within the reprocess window.`);
    this.name = 'WindowExpired';
    this.step = step;
    this.failure = failure;
  }
}

/**
 * The steps that were given up and wait for the signal `reprocess`. A step is put into the map, and
 * the run is published as FAILED, before anything is awaited, so that a signal finds the step as soon
 * as an operator can see it.
 */
export function createParking(key: CallKey) {
  const parked = new Map<Step, StepFailure>();
  let note: RequestNote = NO_NOTE;
  let releasedAtMs = 0;
  let isExpired = false;

  /** Publishes the step that was parked last, or PROCESSING when no step is parked. */
  function publishCurrentStatus(): void {
    const last = [...parked].at(-1);
    publishStatus(
      last === undefined
        ? { status: 'PROCESSING' }
        : { status: 'FAILED', step: last[0], failure: last[1] },
    );
  }

  return {
    /** The parked steps, in the order in which they were parked. */
    list: (): readonly (readonly [Step, StepFailure])[] => [...parked],

    /** Whether the window of a step is over: the run closes once its other branch has ended. */
    hasExpired: (): boolean => isExpired,

    /** Releases every parked step. Returns whether there was any. */
    releaseAll(why: RequestNote): boolean {
      if (parked.size === 0) return false;
      parked.clear();
      note = why;
      releasedAtMs = Date.now();
      publishCurrentStatus();
      return true;
    },

    /**
     * Parks the step and waits until it is released. Throws WindowExpired when that takes longer
     * than the window. A failure of the two activities that record this does not stop the run: it
     * parks and continues while the database is unavailable.
     */
    async waitForRelease(step: Step, failure: StepFailure, windowMs: number): Promise<void> {
      parked.set(step, failure);
      publishCurrentStatus();

      const recording = new CancellationScope();
      const recorded = recording
        .run(() => activities.recordFailure({ ...key, step, ...failure, expired: false }))
        .catch((error: unknown) => noteUnrecorded('recordFailure', step, error));
      let released: boolean;
      try {
        released = await condition(() => !parked.has(step), windowMs, {
          summary: `${step} failed with ${failure.code}: waits for the signal ${REPROCESS_SIGNAL}`,
        });
        isExpired ||= !released;
      } finally {
        // An expired or cancelled step can no longer be released: a signal that comes from here on
        // must not publish the run as PROCESSING.
        parked.delete(step);
        recording.cancel();
        await recorded;
      }
      if (!released) throw new WindowExpired(step, failure);

      await activities
        .recordReprocess({
          callSid: key.callSid,
          step,
          reason: note.reason,
          ...actorOf(note),
          releasedAtMs,
        })
        .catch((error: unknown) => noteUnrecorded('recordReprocess', step, error));
    },
  };
}

/** The history shows that the activity failed; this adds it to the worker's log. */
function noteUnrecorded(activity: string, step: Step, error: unknown): void {
  log.warn('The step could not be recorded in the database; the run continues.', {
    activity,
    step,
    code: toStepFailure(error).code,
  });
}
