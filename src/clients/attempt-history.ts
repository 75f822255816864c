import type { Client } from '@temporalio/client';

/** Tells how the attempts before this one ended, which only Temporal knows. */
export type AttemptHistory = {
  /**
   * Whether the attempt before the running one ended without an answer: its worker died, froze or
   * lost touch. `false` also when Temporal does not say.
   */
  wasPreviousLost(activity: {
    readonly workflowId: string;
    readonly runId: string;
    readonly activityId: string;
  }): Promise<boolean>;
};

/** Reads the last failure of a running activity from the description of its run. */
export function createAttemptHistory(client: Client): AttemptHistory {
  return {
    async wasPreviousLost({ workflowId, runId, activityId }) {
      const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
      const activity = raw.pendingActivities?.find((pending) => pending.activityId === activityId);
      return activity?.lastFailure?.timeoutFailureInfo != null;
    },
  };
}
