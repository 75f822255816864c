import { CancellationScope, condition, log } from '@temporalio/workflow';

import type { CallKey } from '../domain/call.ts';
import { REPROCESS_SIGNAL, type Step } from '../domain/names.ts';
import { activities } from './step-activities.ts';
import { publish } from './run-status.ts';
import { toStepFailure, type StepFailure } from './step-failure.ts';

/** Thrown inside the workflow when nobody reprocessed a parked step in time. */
export class WindowExpired extends Error {
  readonly step: Step;
  readonly failure: StepFailure;

  constructor(step: Step, failure: StepFailure) {
    super(`${step} waited for a reprocess in vain.`);
    this.name = 'WindowExpired';
    this.step = step;
    this.failure = failure;
  }
}

/**
 * The steps that were given up and wait for the signal `reprocess`. A step is in the map, and the
 * run is published as FAILED, before anything is awaited: so a signal finds it from the moment on
 * at which an operator can see it.
 */
export function createParking(key: CallKey) {
  const parked = new Map<Step, StepFailure>();
  let reason: string | null = null;
  let releasedAtMs = 0;

  /** Publishes the step that was parked last; work goes on when none is left. */
  function publishStanding(): void {
    const last = [...parked].at(-1);
    publish(
      last === undefined
        ? { status: 'PROCESSING' }
        : { status: 'FAILED', step: last[0], failure: last[1] },
    );
  }

  return {
    /** What is parked now, in the order in which it was parked. */
    list: (): readonly (readonly [Step, StepFailure])[] => [...parked],

    /** Lets every parked step go on. Returns whether there was any. */
    releaseAll(why: string | null): boolean {
      if (parked.size === 0) return false;
      parked.clear();
      reason = why;
      releasedAtMs = Date.now();
      publishStanding();
      return true;
    },

    /**
     * Waits until the step is released. Throws WindowExpired when that takes longer than the
     * window. Neither of the two notes in the database may stop the run: it parks, and goes on,
     * while the database is away.
     */
    async wait(step: Step, failure: StepFailure, windowMs: number): Promise<void> {
      parked.set(step, failure);
      publishStanding();

      const recording = new CancellationScope();
      const recorded = recording
        .run(() => activities.recordFailure({ ...key, step, ...failure, expired: false }))
        .catch((error: unknown) => noteUnrecorded('recordFailure', step, error));
      let released: boolean;
      try {
        released = await condition(() => !parked.has(step), windowMs, {
          summary: `${step} failed with ${failure.code}: waits for the signal ${REPROCESS_SIGNAL}`,
        });
      } finally {
        // Expired or cancelled, it waits for nothing: a signal that comes now must not publish the
        // run as one that goes on.
        parked.delete(step);
        recording.cancel();
        await recorded;
      }
      if (!released) throw new WindowExpired(step, failure);

      await activities
        .recordReprocess({ callSid: key.callSid, step, reason, releasedAtMs })
        .catch((error: unknown) => noteUnrecorded('recordReprocess', step, error));
    },
  };
}

/** A note that was not written shows in the history as a failed activity; here, in the worker's log. */
function noteUnrecorded(activity: string, step: Step, error: unknown): void {
  log.warn('The database was not told; the run goes on.', {
    activity,
    step,
    code: toStepFailure(error).code,
  });
}
