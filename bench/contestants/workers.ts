import { join } from 'node:path';

import { WorkflowFailedError, type Client } from '@temporalio/client';
import PQueue from 'p-queue';

import { PROJECT_FOLDER } from '../../local/settings.ts';
import { createCallRuns } from '../../src/clients/temporal/call-runs.ts';
import type { CallKey } from '../../src/domain/call.ts';
import { startChild, type Child } from '../ground/child.ts';
import type { Ground } from '../ground/ground.ts';
import type { Entrant, EntrantOptions } from './contestant.ts';

/** Where the workflows of the bench itself are. */
export const BENCH_WORKFLOWS = join(PROJECT_FOLDER, 'bench/children/workflows/index.ts');
export const OUR_WORKFLOWS = join(PROJECT_FOLDER, 'src/workflows/index.ts');

// A thousand starts at the same moment would take longer than the five seconds that the gateway gives one.
const STARTS_AT_ONCE = 40;

const ATTEMPTS = 5;

/** Starts a worker of the bench's own, by default on a task queue of its own name. */
export async function startWorker(
  ground: Ground,
  worker: {
    readonly name: string;
    /** Its name unless several share one. */
    readonly taskQueue?: string;
    readonly script: string;
    readonly workflows: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly options: EntrantOptions;
  },
): Promise<Child> {
  const { name, taskQueue = name, script, options } = worker;
  return startChild(ground, {
    name,
    script,
    ready: /^ready$/m,
    env: {
      TEMPORAL_ADDRESS: ground.temporal.address,
      TASK_QUEUE: taskQueue,
      WORKFLOW_BUNDLE: await ground.bundle(worker.workflows),
      OUTSIDE_MS: String(options.outsideMs),
      ...(options.metricsAddress === undefined ? {} : { METRICS_ADDRESS: options.metricsAddress }),
      ...worker.env,
    },
  });
}

/** How a call is started and awaited: as the gateway does, whatever works on it. */
export function callsOn({ temporal }: Ground, taskQueue: string): Entrant['process'] {
  const runs = createCallRuns(temporal.client, taskQueue);
  const starts = new PQueue({ concurrency: STARTS_AT_ONCE });
  return async (key: CallKey) => {
    await starts.add(() => runs.start(key, null));
    await resultOf(temporal.client, key.callSid);
  };
}

/**
 * Waits until a run has completed. A server closes each connection after some minutes, and with it the requests that
 * wait for a result, so they are sent again.
 */
export async function resultOf(client: Client, workflowId: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await client.workflow.getHandle(workflowId).result();
      return;
    } catch (error) {
      if (error instanceof WorkflowFailedError || attempt === ATTEMPTS) throw error;
    }
  }
}
