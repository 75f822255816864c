import type { Client } from '@temporalio/client';

import { findGrpcError, REFUSALS } from './errors.ts';

/** How often our workers say that they live, in the words of Temporal's SDK. */
export const WORKER_HEARTBEAT = '3 seconds';

// Two heartbeats may be late or lost. With the pause between two questions, the end of the last worker
// shows within ten seconds.
const HEARD_WITHIN_MS = 7_000;

// A worker that finds no task asks again after a minute; more than that, and it asks no more.
const POLLED_WITHIN_MS = 70_000;

// temporal.api.enums.v1.WorkerStatus.WORKER_STATUS_RUNNING
const RUNNING = 1;

// temporal.api.enums.v1.TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
const WORKFLOW_TASKS = 1;

// Whether there is any worker is all that matters; nobody runs more of them on one task queue.
const WORKERS_AT_MOST = 1_000;

/**
 * Creates what counts the workers of a task queue that are alive. Where the server keeps their heartbeats,
 * a worker counts until it says that it ends, or is silent. Elsewhere it counts while the server
 * remembers that it has asked for tasks, so that a killed one counts for a minute more. With an identity, only
 * the worker of that name counts. Throws the client's errors.
 */
export function createWorkerCensus(client: Client, taskQueue: string, identity?: string) {
  const { namespace } = client.options;
  /** The last heartbeat of each worker, as it was told, and when this process first saw it. */
  let heard = new Map<string, { readonly beat: string; readonly at: number }>();

  async function countByHeartbeat(): Promise<number> {
    const { workersInfo } = await client.workflowService.listWorkers({
      namespace,
      query: [
        `TaskQueue = ${quote(taskQueue)}`,
        ...(identity === undefined ? [] : [`WorkerIdentity = ${quote(identity)}`]),
      ].join(' AND '),
      pageSize: WORKERS_AT_MOST,
    });
    const now = performance.now();
    const running = workersInfo.flatMap(({ workerHeartbeat: worker }) =>
      worker?.taskQueue === taskQueue && worker.status === RUNNING ? [worker] : [],
    );
    // By our own clock: that of a worker's machine may be wrong.
    heard = new Map(
      running.map(({ workerInstanceKey: key, heartbeatTime }) => {
        const beat = `${String(heartbeatTime?.seconds)}.${heartbeatTime?.nanos}`;
        const before = heard.get(String(key));
        return [String(key), before?.beat === beat ? before : { beat, at: now }];
      }),
    );
    return [...heard.values()].filter(({ at }) => now - at < HEARD_WITHIN_MS).length;
  }

  async function countByPolls(): Promise<number> {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace,
      taskQueue: { name: taskQueue },
      taskQueueType: WORKFLOW_TASKS,
    });
    return pollers.filter(({ identity: name, lastAccessTime }) => {
      if (identity !== undefined && name !== identity) return false;
      const polledAt = Number(lastAccessTime?.seconds ?? 0) * 1_000;
      return Date.now() - polledAt < POLLED_WITHIN_MS;
    }).length;
  }

  return async (): Promise<number> => {
    const { namespaceInfo } = await client.workflowService.describeNamespace({ namespace });
    if (namespaceInfo?.capabilities?.workerHeartbeats !== true) return countByPolls();
    try {
      return await countByHeartbeat();
    } catch (error) {
      // These credentials may start calls, and need not be allowed to list workers.
      if (REFUSALS.includes(findGrpcError(error)?.code)) return countByPolls();
      throw error;
    }
  };
}

/** As a text in Temporal's query language. */
function quote(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
}
