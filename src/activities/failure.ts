import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';

import type { ErrorCode } from '../domain/error-codes.ts';
import { ServiceError } from '../domain/service-error.ts';
import type { Database } from '../repositories/database.ts';

// Waiting is part of normal operation: no warning in the logs, no count in the failure metrics.
const WAITING: ReadonlySet<ErrorCode> = new Set([
  'RECORDING_NOT_THERE_YET',
  'CONNECTWISE_QUEUED',
  'SPEECH_QUEUED',
  'MODEL_QUEUED',
]);

// No Retry-After header makes a call wait longer than this. The shortest time that a step has for
// asking another system is two hours (matchCompany), and Temporal gives a step up at once when the
// delay exceeds what is left of that time.
const LONGEST_DELAY_MS = 60 * 60 * 1000;

/** Any error as a ServiceError. An error that has no code is a defect of this service. */
export function toServiceError(
  error: unknown,
  database: Pick<Database, 'toServiceError'>,
): ServiceError {
  if (error instanceof ServiceError) return error;
  return (
    database.toServiceError(error) ??
    new ServiceError(
      'INTERNAL_ERROR',
      `An unexpected ${error instanceof Error ? error.name : 'error'} stopped the step.`,
      { cause: error },
    )
  );
}

/**
 * A ServiceError as Temporal sees it: its code is the failure's type. The cause is left out, because
 * the history would keep what the messages and stacks of libraries hold: URLs, credentials, bodies.
 */
export function toApplicationFailure(error: ServiceError, backoffMs: number): ApplicationFailure {
  const nextRetryDelay = delayOf(error, backoffMs);
  const failure = ApplicationFailure.create({
    type: error.code,
    message: error.message,
    nonRetryable: !error.retryable,
    details: [error.context],
    ...(nextRetryDelay === null ? {} : { nextRetryDelay }),
    ...(isWaiting(error) ? { category: ApplicationFailureCategory.BENIGN } : {}),
  });
  failure.stack = [`${error.code}: ${error.message}`, ...framesOf(error)].join('\n');
  return failure;
}

/**
 * The delay before the next attempt, in milliseconds, given Temporal's own, which doubles with every
 * attempt: `null` leaves it to that. Another system may ask for a longer one, but not for a shorter
 * one: a server that asks for one second for hours would be asked every second for hours.
 */
export function delayOf(error: ServiceError, backoffMs: number): number | null {
  if (error.retryAfterMs === undefined) return null;
  const requestedMs = Math.min(error.retryAfterMs, LONGEST_DELAY_MS);
  return isWaiting(error) || requestedMs > backoffMs ? requestedMs : null;
}

/** Whether the step waits at a pace of its own for something that will come: a recording, its turn, or a place. */
export function isWaiting({ code }: ServiceError): boolean {
  return WAITING.has(code);
}

/**
 * The same, but always retried: what happened to a call has to be recorded in the end, and even
 * database credentials that are refused will be corrected.
 */
export function toRetryableFailure(error: ServiceError): ApplicationFailure {
  return ApplicationFailure.create({
    type: error.code,
    message: error.message,
    details: [error.context],
  });
}

/** The stack frames alone, because a stack begins with the message of a library. */
function framesOf(error: ServiceError): string[] {
  const origin = error.cause instanceof Error ? error.cause : error;
  return (origin.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
}
