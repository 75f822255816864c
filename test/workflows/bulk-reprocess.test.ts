// Guarantees the own rules of a reprocess of many calls: call after call at its rate, across several runs, and to the end of the last call even when it is cancelled.
import assert from 'node:assert/strict';

import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Worker } from '@temporalio/worker';

import type { BulkReprocessActivities } from '../../src/activities/bulk-reprocess/index.ts';
import { BULK_REPROCESS_WORKFLOW_TYPE } from '../../src/domain/names.ts';
import type { BulkReprocessWorkflow } from '../../src/workflows/index.ts';
import { startTimeSkipping } from '../support/temporal.ts';
import { waitFor } from '../support/wait-for.ts';
import { WORKFLOWS_PATH } from './workflow-test.ts';

const TASK_QUEUE = 'bulk-reprocess-test';

/** A list as the activities know it. */
type List = { pending: number; open: number; told: number; stops: number; intervalMs: number };

describe('the workflow of a reprocess of many calls', () => {
  let environment: TestWorkflowEnvironment;
  let stop: () => Promise<void>;
  const lists = new Map<string, List>();

  const listOf = (id: string): List => {
    const list = lists.get(id);
    assert.ok(list);
    return list;
  };

  before(async () => {
    environment = await startTimeSkipping();
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue: TASK_QUEUE,
      workflowBundle: await bundleWorkflowCode({
        workflowsPath: WORKFLOWS_PATH,
        logger: new DefaultLogger('ERROR'),
      }),
      activities: {
        tellNextCall: async ({ id }) => {
          const list = listOf(id);
          const wasTold = list.pending > 0;
          if (wasTold) Object.assign(list, { pending: list.pending - 1, told: list.told + 1 });
          if (wasTold) list.open += 1;
          return { wasTold, isMore: list.pending > 0, intervalMs: list.intervalMs };
        },
        settleCalls: async ({ id }) => {
          const list = listOf(id);
          // One call ends between two looks.
          list.open = Math.max(list.open - 1, 0);
          return { open: list.open, pending: list.pending };
        },
        stopBulkReprocess: async ({ id }) => {
          Object.assign(listOf(id), { pending: 0, stops: listOf(id).stops + 1 });
        },
      } satisfies BulkReprocessActivities,
    });
    const running = worker.run();
    stop = async () => {
      worker.shutdown();
      await running;
      await environment.teardown();
    };
  });
  after(() => stop());

  async function start(
    id: string,
    list: Partial<List>,
  ): Promise<WorkflowHandle<typeof BulkReprocessWorkflow>> {
    lists.set(id, { pending: 0, open: 0, told: 0, stops: 0, intervalMs: 1_000, ...list });
    return environment.client.workflow.start<typeof BulkReprocessWorkflow>(
      BULK_REPROCESS_WORKFLOW_TYPE,
      { workflowId: id, taskQueue: TASK_QUEUE, args: [{ id }] },
    );
  }

  it('tells more calls than one run may hold, each once and at the rate, and ends when all have ended', async () => {
    const handle = await start('long', { pending: 450, intervalMs: 2_000 });
    const startedAt = await environment.currentTimeMs();
    const { runId } = await handle.describe();
    await handle.result();
    assert.deepEqual([listOf('long').told, listOf('long').open], [450, 0]);
    assert.ok((await environment.currentTimeMs()) - startedAt >= 449 * 2_000);
    const last = await environment.client.workflow.getHandle('long').describe();
    assert.notEqual(last.runId, runId, 'it continued as new');
    assert.ok(last.historyLength < 4_000);
  });

  it('waits for calls that take long, and is quick about an empty list', async () => {
    const handle = await start('slow', { pending: 1, open: 30 });
    await handle.result();
    assert.equal(listOf('slow').open, 0);
    await (await start('empty', {})).result();
  });

  it('leaves the rest alone when it is cancelled, and still waits for what it has begun', async () => {
    const handle = await start('cancelled', { pending: 100, intervalMs: 3_600_000 });
    await waitFor('the first call to be told', async () => listOf('cancelled').told > 0);
    await handle.cancel();
    await assert.rejects(handle.result(), WorkflowFailedError);
    const { told, open, stops } = listOf('cancelled');
    assert.ok(told < 100);
    assert.deepEqual([open, stops], [0, 1]);
  });

  it('fails at once without an id', async () => {
    const handle = await environment.client.workflow.start(BULK_REPROCESS_WORKFLOW_TYPE, {
      workflowId: 'without-id',
      taskQueue: TASK_QUEUE,
      args: [],
    });
    await assert.rejects(handle.result(), WorkflowFailedError);
  });
});
