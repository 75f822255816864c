// Guarantees that npm start can tell who takes the calls of its task queue, from a real server.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

import { NativeConnection, Worker } from '@temporalio/worker';

import { describeRivals } from '../../local/task-queue.ts';
import { quietRuntime } from '../support/quiet-runtime.ts';
import { startTemporal } from '../support/temporal.ts';
import { waitFor } from '../support/wait-for.ts';

describe('the workers on the task queue of npm start', () => {
  let connection: NativeConnection;
  let address: string;
  before(async () => {
    quietRuntime();
    ({ address } = await startTemporal());
    connection = await NativeConnection.connect({ address });
  });
  after(() => connection.close());

  /** Polls a queue of its own while `use` runs. */
  async function whilePolling(
    identity: string,
    use: (env: { TEMPORAL_ADDRESS: string; TASK_QUEUE: string }) => Promise<void>,
  ): Promise<void> {
    const taskQueue = `rivals-${randomUUID()}`;
    const worker = await Worker.create({
      connection,
      identity,
      taskQueue,
      activities: { nothing: async () => undefined },
    });
    await worker.runUntil(use({ TEMPORAL_ADDRESS: address, TASK_QUEUE: taskQueue }));
  }

  it('are named when they are not of this run', async () => {
    await whilePolling('4711@elsewhere', async (env) => {
      const sentence = await waitFor('the worker', async () => {
        const said = await describeRivals(env, process.pid);
        return said?.includes('No worker') === true ? null : said;
      });
      assert.match(
        sentence,
        /another worker takes calls from the task queue rivals-.*: 4711@elsewhere \(/,
      );
      assert.match(sentence, /stop what polls there, or set TASK_QUEUE/);
    });
  });

  it('are no matter when it is the worker of this run alone', async () => {
    await whilePolling(`${process.pid}@${hostname()}`, async (env) => {
      await waitFor('the worker', async () => (await describeRivals(env, process.pid)) === null);
    });
  });

  it('are missed when there are none', async () => {
    const env = { TEMPORAL_ADDRESS: address, TASK_QUEUE: `rivals-${randomUUID()}` };
    assert.match(
      (await describeRivals(env, process.pid)) ?? '',
      /^No worker takes calls from the task queue rivals-/,
    );
  });

  it('cannot be told when the server is away, which is said', async () => {
    const env = { TEMPORAL_ADDRESS: '127.0.0.1:1', TASK_QUEUE: 'rivals' };
    assert.match((await describeRivals(env, process.pid)) ?? '', /^Temporal does not answer\./);
  });
});
