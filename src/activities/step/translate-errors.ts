import { CancelledFailure, Context } from '@temporalio/activity';

import type { ServiceError } from '../../domain/service-error.ts';
import type { Database } from '../../repositories/database.ts';
import { toApplicationFailure, toServiceError } from '../failure.ts';
import { backoffOf } from './backoff.ts';

export type TranslateErrorsOptions = {
  readonly database: Database;
  /** Is awaited before the failure of the work is thrown. */
  readonly onFailed?: (failure: ServiceError) => Promise<void>;
  /** Is awaited before an interruption is thrown on. */
  readonly onInterrupted?: () => Promise<void>;
};

/**
 * Runs the work of an activity and turns what it throws into a failure that Temporal understands.
 * When the attempt was interrupted (cancelled, timed out, worker shutting down), Temporal's own
 * reason is thrown, whatever the work threw because of it.
 */
export async function translateErrors<T>(
  work: () => Promise<T>,
  { database, onFailed, onInterrupted }: TranslateErrorsOptions,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { cancellationSignal: signal, info } = Context.current();
    if (signal.aborted || error instanceof CancelledFailure) {
      await onInterrupted?.();
      throw signal.aborted ? signal.reason : error;
    }
    const failure = toServiceError(error, database);
    await onFailed?.(failure);
    throw toApplicationFailure(failure, backoffOf(info));
  }
}
