import type { Step } from '../../domain/names.ts';
import type { Database, TransactionClient } from '../../repositories/database.ts';
import { toRetryableFailure, toServiceError } from '../failure.ts';
import { currentAttempt, type Attempt, type AttemptDeps } from './attempt.ts';

export type RecordDeps = AttemptDeps & { readonly database: Database };

type RecordTransaction = { readonly attempt: Attempt; readonly tx: TransactionClient };

/**
 * Makes an activity that records in the database, in one transaction, what the workflow has decided
 * about a step. Every failure is retryable, because the row has to become right in the end.
 */
export function defineRecord<Input extends { readonly step: Step }>(
  deps: RecordDeps,
  write: (input: Input, transaction: RecordTransaction) => Promise<void>,
): (input: Input) => Promise<void> {
  const { database } = deps;
  return async (input) => {
    const attempt = currentAttempt(deps, input.step);
    try {
      await database.transaction((tx) => write(input, { attempt, tx }));
    } catch (error) {
      throw toRetryableFailure(toServiceError(error, database));
    }
  };
}
