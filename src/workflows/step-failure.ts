import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';

import { isErrorCode, type ErrorCode } from '../domain/error-codes.ts';

/** Why a step was given up: a code for machines, a sentence for people. */
export type StepFailure = { readonly code: ErrorCode; readonly message: string };

/**
 * Reads the reason from what an activity was rejected with: the activity's own failure where there
 * is one; TIMEOUT where no attempt ever gave an answer.
 */
export function toStepFailure(error: unknown): StepFailure {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure) {
      const { type, message } = cause;
      return { code: isErrorCode(type) ? type : 'INTERNAL_ERROR', message };
    }
  }
  if (error instanceof ActivityFailure) {
    return {
      code: 'TIMEOUT',
      message: 'No attempt of the step gave an answer in the time it has.',
    };
  }
  return { code: 'INTERNAL_ERROR', message: 'The workflow met an error it does not know.' };
}
