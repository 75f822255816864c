import { ApplicationFailure, CancellationScope, log } from '@temporalio/workflow';

import type { CallKey } from '../domain/call.ts';
import type { Step } from '../domain/names.ts';
import type { WindowExpired } from './parking.ts';
import { publishStatus } from './run-status.ts';
import { activities } from './step-activities.ts';
import { toStepFailure, type StepFailure } from './step-failure.ts';

/** Leaves a cancelled call FAILED with the code CANCELLED, at the first step that is not finished. */
export async function closeCancelled(key: CallKey, step: Step): Promise<void> {
  await close(key, step, {
    failure: { code: 'CANCELLED', message: 'The run was cancelled by an operator.' },
    expired: false,
  });
}

/**
 * Leaves an expired call FAILED at the step that was parked, and returns the failure with which the
 * run closes, REPROCESS_WINDOW_EXPIRED.
 */
export async function closeExpired(
  key: CallKey,
  { step, failure }: WindowExpired,
): Promise<ApplicationFailure> {
  await close(key, step, { failure, expired: true });
  return ApplicationFailure.nonRetryable(
    `Nobody reprocessed the call in time: ${step} had failed with ${failure.code}. The gateway can still reprocess it.`,
    'REPROCESS_WINDOW_EXPIRED',
  );
}

async function close(
  key: CallKey,
  step: Step,
  { failure, expired }: { failure: StepFailure; expired: boolean },
): Promise<void> {
  publishStatus({ status: 'FAILED', step, failure });
  try {
    await CancellationScope.nonCancellable(() =>
      activities.recordFailure({ ...key, step, ...failure, expired }),
    );
  } catch (error) {
    // The database was unavailable for a whole day. The run closes all the same and keeps its reason.
    log.error('How the run closed could not be recorded in the database.', {
      step,
      code: toStepFailure(error).code,
    });
  }
}
