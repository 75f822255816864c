import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';

import type { ErrorCode } from '../domain/error-codes.ts';
import { ServiceError } from '../domain/service-error.ts';
import { toDatabaseError } from '../repositories/database-error.ts';

// Part of normal operation: no warning in the logs, no count in the failure metrics.
const EXPECTED: ReadonlySet<ErrorCode> = new Set(['RECORDING_NOT_THERE_YET', 'CONNECTWISE_QUEUED']);

// No header makes a call wait longer than this, however it was meant: the shortest time that a step
// has for asking another system is two hours (matchCompany), and a delay beyond what is left of it
// ends the step instead of letting it wait.
const LONGEST_DELAY_MS = 60 * 60 * 1000;

/** Any error as a ServiceError. What we have no code for is a defect of ours. */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  return (
    toDatabaseError(error) ??
    new ServiceError(
      'INTERNAL_ERROR',
      `An unexpected ${error instanceof Error ? error.name : 'error'} stopped the step.`,
      { cause: error },
    )
  );
}

/**
 * A ServiceError as Temporal sees it: the code is its type. The cause stays behind, because
 * messages and stacks of libraries hold URLs, credentials and bodies, and the history keeps them.
 */
export function toApplicationFailure(error: ServiceError): ApplicationFailure {
  const failure = ApplicationFailure.create({
    type: error.code,
    message: error.message,
    nonRetryable: !error.retryable,
    details: [error.context],
    ...(error.retryAfterMs === undefined
      ? {}
      : { nextRetryDelay: Math.min(error.retryAfterMs, LONGEST_DELAY_MS) }),
    ...(EXPECTED.has(error.code) ? { category: ApplicationFailureCategory.BENIGN } : {}),
  });
  failure.stack = [`${error.code}: ${error.message}`, ...framesOf(error)].join('\n');
  return failure;
}

/**
 * The same, tried again whatever it is: a note about a call has to be written in the end, and even
 * refused credentials of the database will be corrected.
 */
export function toRetryableFailure(error: ServiceError): ApplicationFailure {
  return ApplicationFailure.create({
    type: error.code,
    message: error.message,
    details: [error.context],
  });
}

/** Where the failure arose. Only the frames: a stack begins with the message of a library. */
function framesOf(error: ServiceError): string[] {
  const origin = error.cause instanceof Error ? error.cause : error;
  return (origin.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
}
