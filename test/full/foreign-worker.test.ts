// Guarantees that npm start does not wait without a word while somebody else's worker takes its calls.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';

import { startKeeper } from '../../local/process/keeper.ts';
import { ownTaskQueue } from '../../local/real-systems.ts';
import { sandboxEnvironment } from '../../sandbox/environment.ts';
import { startOwnProcess } from '../support/own-process.ts';
import { createTestDatabase } from '../support/postgres.ts';
import { workerOf } from '../support/rig.ts';
import { startTemporalIn } from '../support/temporal.ts';
import { startTemporarySandbox } from '../support/temporary-sandbox.ts';
import { waitFor } from '../support/wait-for.ts';

const ROOT = join(import.meta.dirname, '../..');

// Not among the ports of other tests, and below those for outgoing connections (see start.test.ts).
const OFFSET = 15_700;

describe("npm start on a task queue that somebody else's worker polls", () => {
  const stack = new AsyncDisposableStack();
  after(() => stack.disposeAsync());

  it('says who takes its calls, and what to do', async function () {
    this.timeout(240_000);
    const folder = await mkdtemp(join(tmpdir(), 'call-processing-foreign-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const keeper = stack.adopt(startKeeper(), (opened) => opened.close());
    const [theirs, temporal, sandbox, ours] = await Promise.all([
      createTestDatabase(),
      startTemporalIn({ folder, keeper }),
      startTemporarySandbox(),
      createTestDatabase(),
    ]);
    stack.defer(() => theirs.drop());
    stack.defer(() => ours.drop());
    stack.defer(() => temporal.stop());
    stack.defer(() => sandbox.stop());
    const dataFolder = join(folder, 'data');

    const worker = await workerOf({
      ...sandboxEnvironment(sandbox.addresses),
      DATABASE_URL: theirs.url,
      TEMPORAL_ADDRESS: temporal.address,
      TASK_QUEUE: ownTaskQueue('call-processing', dataFolder),
    });
    const foreign = await startOwnProcess('foreign', worker, { folder, keeper });
    stack.defer(() => foreign.process.kill());

    const start = spawn(process.execPath, ['local/start.ts', '--with-real-systems'], {
      cwd: ROOT,
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        LOCAL_DATA_FOLDER: dataFolder,
        LOCAL_PORT_OFFSET: String(OFFSET),
        DATABASE_URL: ours.url,
        TEMPORAL_ADDRESS: temporal.address,
      },
    });
    const ended = once(start, 'exit');
    let output = '';
    for (const stream of [start.stdout, start.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    }
    stack.defer(async () => {
      start.kill('SIGTERM');
      await ended;
    });
    const named = `another worker takes calls from the task queue call-processing-local-[0-9a-f]{8}: ${foreign.process.pid}@${hostname()} `;
    await waitFor(
      'the sentence',
      async () => {
        assert.equal(start.exitCode, null, output);
        return new RegExp(named).test(output);
      },
      200_000,
      async () => output,
    );
  });
});
