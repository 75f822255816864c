import type { Client } from '@temporalio/client';

/** The tasks that wait for a worker, of one kind. */
export type Backlog = {
  readonly type: 'workflow' | 'activity';
  readonly tasks: number;
  /** How long the first of them has waited; 0 if none does. */
  readonly ageSeconds: number;
};

// A question takes milliseconds, and a collector waits for all numbers together.
const DEADLINE_MS = 2_500;

// temporal.api.enums.v1.TaskQueueType
const TYPES = { workflow: 1, activity: 2 } as const;

/**
 * Creates what asks Temporal for the backlog of a task queue. Resolves without the kinds of which the server
 * does not tell. Rejects with the client's errors.
 */
export function createBacklogReader(client: Client, taskQueue: string) {
  const { namespace } = client.options;

  async function readOne(type: Backlog['type']): Promise<Backlog | null> {
    const { stats } = await client.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: TYPES[type],
      reportStats: true,
    });
    if (stats === null || stats === undefined) return null;
    const tasks = Number(stats.approximateBacklogCount ?? 0);
    const age = stats.approximateBacklogAge;
    const ageSeconds = Number(age?.seconds ?? 0) + (age?.nanos ?? 0) / 1e9;
    return { type, tasks, ageSeconds: tasks === 0 ? 0 : ageSeconds };
  }

  return async (): Promise<readonly Backlog[]> => {
    const backlogs = await client.withDeadline(Date.now() + DEADLINE_MS, () =>
      Promise.all([readOne('workflow'), readOne('activity')]),
    );
    return backlogs.filter((backlog) => backlog !== null);
  };
}
