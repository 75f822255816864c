import assert from 'node:assert/strict';

import { toApplicationFailure, toServiceError } from '../../../src/activities/failure.ts';
import type { ErrorCode } from '../../../src/domain/error-codes.ts';
import { toDatabaseError } from '../../../src/repositories/database-error.ts';
import { assertNoAdvice } from '../../support/advice.ts';
import { withoutPlace } from '../../support/place.ts';
import type { Next } from '../corpus/reply-case.ts';

// An HTTP date has whole seconds, and a busy machine needs a while to read it.
const LATE_AT_MOST_MS = 2_500;

/** What no error may contain, besides the place that it names: addresses, secrets, or text from the other side. */
const PRIVATE = /127\.0\.0\.1|\.invalid|told by|battery|sk-private|wombat|7946/;

/** Runs a request that must fail. */
export async function failureOf(request: () => Promise<unknown>): Promise<unknown> {
  try {
    await request();
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: 'The request must fail.' });
}

/** Asserts what is reported to Temporal about an error: its code, and whether and when to retry, and no advice. */
export function assertNext(error: unknown, code: ErrorCode, next: Next): void {
  // Without a backoff of the step, the delay is what the other system asks for.
  const failure = toApplicationFailure(
    toServiceError(error, { toServiceError: toDatabaseError }),
    0,
  );
  assert.equal(failure.type, code, failure.message);
  assert.equal(failure.nonRetryable, next === 'given up', 'whether it is non-retryable');
  const said = code === 'INTERNAL_ERROR' ? failure.message : withoutPlace(failure.message);
  assert.doesNotMatch(`${said} ${JSON.stringify(failure.details)}`, PRIVATE);
  assertNoAdvice(failure.message);
  if (next === 'own pace') assert.equal(failure.nextRetryDelay, undefined);
  if (typeof next === 'string') return;
  const expectedMs = next.afterSeconds * 1000;
  const delayMs = Number(failure.nextRetryDelay);
  assert.ok(delayMs <= expectedMs && delayMs > expectedMs - LATE_AT_MOST_MS, `in ${delayMs} ms`);
}

/** A case's outcome, for the title of its test. */
export function inWords(next: Next): string {
  if (next === 'given up') return 'not retried';
  return next === 'own pace' ? 'retried with backoff' : `retried after ${next.afterSeconds} s`;
}
