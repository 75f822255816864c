import type { AttemptHistory } from '../../clients/temporal/attempt-history.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { ProcessingLogRepository } from '../../repositories/processing-log-repository.ts';
import type { Attempt } from './attempt.ts';
import type { FailedAttempts } from './failed-attempts.ts';

export type LostAttemptsDeps = {
  readonly log: ProcessingLogRepository;
  readonly attemptHistory: AttemptHistory;
};

// A call that takes its worker down whenever a certain step runs would take down one worker after
// another. Five lost attempts of one step cannot be explained by a deployment or a power failure.
const MAX_LOST_ATTEMPTS = 5;

/**
 * Notes the attempt before this one if it was lost with its worker. Throws WORKER_CRASHED, which
 * gives the step up, when that has happened too often; TEMPORAL_UNAVAILABLE when Temporal does not
 * tell how that attempt ended.
 */
export async function settleLostAttempt(
  { log, attemptHistory }: LostAttemptsDeps,
  attempt: Attempt,
  {
    callSid,
    failedAttempts,
  }: { readonly callSid: string; readonly failedAttempts: FailedAttempts },
): Promise<void> {
  const { runId, activityId } = attempt;
  const isLost = await attemptHistory.wasPreviousLost({ workflowId: callSid, runId, activityId });
  if (!isLost) return;

  await failedAttempts.noteLost(attempt.number - 1);
  const code = 'WORKER_CRASHED';
  const losses = await log.countFailures({ runId, activityId, code });
  if (losses >= MAX_LOST_ATTEMPTS) {
    throw new ServiceError(
      code,
      `Its worker died, froze or lost its connection to Temporal ${losses} times during this step.`,
    );
  }
}
