import type { Client } from '@temporalio/client';

import { ServiceError } from '../../domain/service-error.ts';

/** How earlier attempts of an activity ended, which only Temporal knows. */
export type AttemptHistory = {
  /**
   * Whether the attempt before the running one ended without an answer: its worker died, froze or
   * lost contact with Temporal. Throws TEMPORAL_UNAVAILABLE when Temporal does not answer.
   */
  wasPreviousLost(activity: {
    readonly workflowId: string;
    readonly runId: string;
    readonly activityId: string;
  }): Promise<boolean>;
};

/** Creates the reader of attempts, which finds their last failure in the description of a run. */
export function createAttemptHistory(client: Client): AttemptHistory {
  return {
    async wasPreviousLost({ workflowId, runId, activityId }) {
      const { raw } = await describe(client, workflowId, runId);
      const activity = raw.pendingActivities?.find((pending) => pending.activityId === activityId);
      return activity?.lastFailure?.timeoutFailureInfo != null;
    },
  };
}

async function describe(client: Client, workflowId: string, runId: string) {
  try {
    return await client.workflow.getHandle(workflowId, runId).describe();
  } catch (error) {
    throw new ServiceError(
      'TEMPORAL_UNAVAILABLE',
      'Temporal did not tell how the previous attempt ended.',
      { cause: error },
    );
  }
}
