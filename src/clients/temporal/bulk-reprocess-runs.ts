import {
  WorkflowExecutionAlreadyStartedError,
  type Client,
  type WorkflowStartOptions,
} from '@temporalio/client';

import type { BulkReprocessRun } from '../../domain/bulk-reprocess.ts';
import { BULK_REPROCESS_WORKFLOW_TYPE, bulkReprocessIdOf, TASK_QUEUE } from '../../domain/names.ts';
import { toTemporalError } from './errors.ts';

export type BulkReprocessRuns = ReturnType<typeof createBulkReprocessRuns>;

// A start takes milliseconds; see call-runs.ts.
const DEADLINE_MS = 5_000;

/** The runs that reprocess many calls. */
export function createBulkReprocessRuns(client: Client, taskQueue: string = TASK_QUEUE) {
  async function start(
    id: string,
    options: Pick<WorkflowStartOptions, 'workflowIdReusePolicy'> = {},
  ): Promise<void> {
    await client.withDeadline(Date.now() + DEADLINE_MS, () =>
      client.workflow.start<BulkReprocessRun>(BULK_REPROCESS_WORKFLOW_TYPE, {
        ...options,
        workflowId: bulkReprocessIdOf(id),
        taskQueue,
        args: [{ id }],
      }),
    );
  }

  return {
    /** Starts the run of a bulk reprocess whose rows are stored. Rejects with TEMPORAL_…. */
    async start(id: string): Promise<void> {
      try {
        await start(id);
      } catch (error) {
        // A worker found the rows first.
        if (error instanceof WorkflowExecutionAlreadyStartedError) return;
        throw toTemporalError(error);
      }
    },

    /** The same, unless it has or had a run. Returns whether it started. */
    async startUnlessKnown(id: string): Promise<boolean> {
      try {
        await start(id, { workflowIdReusePolicy: 'REJECT_DUPLICATE' });
        return true;
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
        throw toTemporalError(error);
      }
    },
  };
}
