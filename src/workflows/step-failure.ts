import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';

import { isErrorCode, type ErrorCode } from '../domain/error-codes.ts';

/** Why a step was given up: a code for programs, a sentence for people. */
export type StepFailure = { readonly code: ErrorCode; readonly message: string };

/**
 * Reads the reason from the error of an activity: the activity's own failure if there is one, or
 * TIMEOUT if no attempt ever returned.
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
      message: 'No attempt of the step finished within its time limit.',
    };
  }
  return { code: 'INTERNAL_ERROR', message: 'The workflow failed with an unexpected error.' };
}
