import { hostname } from 'node:os';

import { Client, Connection } from '@temporalio/client';
import { tsToMs } from '@temporalio/common/lib/time.js';

import { connected } from '../src/clients/temporal/connection.ts';
import { loadTemporalConfig } from '../src/config.ts';
import { ServiceError } from '../src/domain/service-error.ts';

// temporal.api.enums.v1.TaskQueueType
const WORKFLOW = 1;
const ACTIVITY = 2;

// A poll that finds nothing ends after a minute and is repeated at once; Temporal remembers pollers for five.
const POLLED_WITHIN_MS = 75_000;

/**
 * What keeps the worker with this pid from getting calls, in a sentence or two: other workers on its task queue,
 * or that none polls it. `null` if it has the queue to itself.
 */
export async function describeRivals(
  env: Readonly<Record<string, string>>,
  workerPid: number | null,
): Promise<string | null> {
  const { connection: options, namespace, taskQueue } = loadTemporalConfig(env);
  try {
    const connection = await connected(Connection.connect(options));
    try {
      const pollers = await pollersOf(new Client({ connection, namespace }), taskQueue);
      // What Temporal's library calls a worker unless told otherwise.
      const own = workerPid === null ? null : `${workerPid}@${hostname()}`;
      const others = pollers.filter((identity) => identity !== own);
      if (others.length > 0) return aboutOthers(others, taskQueue);
      return pollers.length === 0
        ? `No worker takes calls from the task queue ${taskQueue}: look into the log of the worker.`
        : null;
    } finally {
      await connection.close();
    }
  } catch (error) {
    if (error instanceof ServiceError) return error.message;
    throw error;
  }
}

function aboutOthers(identities: readonly string[], taskQueue: string): string {
  const who = identities.length === 1 ? 'another worker takes' : 'other workers take';
  return `Besides the worker of this run, ${who} calls from the task queue ${taskQueue}: ${identities.join(', ')} (process@machine). Calls that were taken there do not appear here unless the database is the same: stop what polls there, or set TASK_QUEUE to a queue of your own.`;
}

/** The identities of all workers that have polled the queue lately. */
async function pollersOf(client: Client, name: string): Promise<string[]> {
  const { namespace } = client.options;
  const queues = await Promise.all(
    [WORKFLOW, ACTIVITY].map((taskQueueType) =>
      client.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType }),
    ),
  );
  const lately = queues
    .flatMap(({ pollers }) => pollers)
    .filter(({ lastAccessTime }) => Date.now() - tsToMs(lastAccessTime) < POLLED_WITHIN_MS);
  return [...new Set(lately.map(({ identity }) => identity ?? ''))].toSorted();
}
