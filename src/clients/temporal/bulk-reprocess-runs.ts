import type { Client } from '@temporalio/client';

import type { BulkReprocessRun } from '../../domain/bulk-reprocess.ts';
import { BULK_REPROCESS_WORKFLOW_TYPE, bulkReprocessIdOf, TASK_QUEUE } from '../../domain/names.ts';
import { toTemporalError } from './errors.ts';

export type BulkReprocessRuns = ReturnType<typeof createBulkReprocessRuns>;

// A start takes milliseconds; see call-runs.ts.
const DEADLINE_MS = 5_000;

/** The runs that reprocess many calls. */
export function createBulkReprocessRuns(client: Client, taskQueue: string = TASK_QUEUE) {
  return {
    /** Starts the run of a bulk reprocess whose rows are stored. Rejects with TEMPORAL_…. */
    async start(id: string): Promise<void> {
      try {
        await client.withDeadline(Date.now() + DEADLINE_MS, () =>
          client.workflow.start<BulkReprocessRun>(BULK_REPROCESS_WORKFLOW_TYPE, {
            workflowId: bulkReprocessIdOf(id),
            taskQueue,
            args: [{ id }],
          }),
        );
      } catch (error) {
        throw toTemporalError(error);
      }
    },
  };
}
