import type { Step } from '../../domain/names.ts';
import { isWaiting } from '../failure.ts';
import { currentAttempt, type Attempt } from './attempt.ts';
import {
  createFailedAttempts,
  type FailedAttemptsDeps,
  type FailedEvent,
} from './failed-attempts.ts';
import { settleLostAttempt, type LostAttemptsDeps } from './lost-attempts.ts';
import { translateErrors } from './translate-errors.ts';

export type StepDeps = FailedAttemptsDeps & LostAttemptsDeps;

/** What every step of a call but the first is asked. */
export type StepInput = {
  readonly callSid: string;
  /** Do not reuse what an earlier run stored. */
  readonly redo: boolean;
};

type StepDefinition<Input, Result> = {
  readonly step: Step;
  readonly failedEvent: FailedEvent;
  /** One attempt of the step. */
  readonly run: (input: Input, attempt: Attempt) => Promise<Result>;
};

/**
 * Makes a step an activity. Failed, interrupted and lost attempts are noted in the processing log,
 * and what an attempt throws reaches Temporal as a failure with a code.
 */
export function defineStep<Input extends { readonly callSid: string }, Result>(
  deps: StepDeps,
  { step, failedEvent, run }: StepDefinition<Input, Result>,
): (input: Input) => Promise<Result> {
  const { database, calls, tally } = deps;
  // A step that logs no failures cannot count lost attempts either. It touches nothing but two rows,
  // so no call can make it take its worker down.
  const logsFailures = failedEvent('WORKER_CRASHED') !== null;

  return async (input) => {
    const { callSid } = input;
    const attempt = currentAttempt(deps, step);
    const failedAttempts = createFailedAttempts(deps, attempt, { callSid, failedEvent });
    const work = async () => {
      if (attempt.number > 1 && logsFailures) {
        await settleLostAttempt(deps, attempt, { callSid, failedAttempts });
      }
      const result = await run(input, attempt);
      // A first attempt has nothing to end: whatever opens, parks or completes the call does that too.
      if (attempt.number > 1) await calls.endWaiting(callSid, step);
      tally.attemptEnded(step, 'done');
      tally.stepDone(step, (Date.now() - attempt.scheduledAt.getTime()) / 1_000);
      return result;
    };
    return translateErrors(work, {
      database,
      onFailed(failure) {
        if (isWaiting(failure)) tally.attemptEnded(step, 'waiting');
        else tally.attemptFailed(step, failure.code);
        return failedAttempts.noteFailed(failure);
      },
      onInterrupted() {
        tally.attemptEnded(step, 'interrupted');
        return failedAttempts.noteInterrupted();
      },
    });
  };
}
