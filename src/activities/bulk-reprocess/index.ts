import type { BulkReprocessInput } from '../../domain/bulk-reprocess.ts';
import { toRetryableFailure, toServiceError } from '../failure.ts';
import { createSettleCalls } from './settle-calls.ts';
import { createTellNextCall, type BulkReprocessDeps } from './tell-next-call.ts';

export type BulkReprocessActivities = ReturnType<typeof createBulkReprocessActivities>;

/** The activities of a reprocess of many calls, under the names by which Temporal knows them. */
export function createBulkReprocessActivities(deps: BulkReprocessDeps) {
  const { database, bulkReprocesses } = deps;
  return {
    tellNextCall: repeatable(createTellNextCall(deps)),
    settleCalls: repeatable(createSettleCalls(deps)),
    /** Leaves alone all calls whose turn has not come. */
    stopBulkReprocess: repeatable(({ id }) =>
      database.transaction(async (tx) =>
        bulkReprocesses.stop(id, await database.currentTime(tx), tx),
      ),
    ),
  };

  /** Whatever fails is tried again: the counts have to be right in the end. */
  function repeatable<T>(
    work: (input: BulkReprocessInput) => Promise<T>,
  ): (input: BulkReprocessInput) => Promise<T> {
    return async (input) => {
      try {
        return await work(input);
      } catch (error) {
        throw toRetryableFailure(toServiceError(error, database));
      }
    };
  }
}
