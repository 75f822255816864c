import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { sandboxEnvironment, type SandboxAddresses } from '../../../sandbox/environment.ts';
import { composeEnvironment, composeService } from '../../support/compose-file.ts';
import { readDockerfile, stagesOf } from '../../support/dockerfile.ts';
import { startOwnProcess, type OwnProcess, type ProcessHome } from '../../support/own-process.ts';
import { workflowBundle } from '../../support/workflow-bundle.ts';

// What the image holds is here too, so its containers are processes that start in this folder.
const ROOT = join(import.meta.dirname, '../../..');

/** What Docker would do: the addresses of this machine that stand for those of the containers. */
export type Surroundings = ProcessHome & {
  readonly databasePort: string;
  readonly temporalAddress: string;
  readonly sandbox: SandboxAddresses;
  /** What .env says. */
  readonly settings: Readonly<Record<string, string>>;
};

export type RunningService = { readonly url: string; stop(): Promise<void> };

function stageOf(name: string) {
  const { build } = composeService(name);
  const target = typeof build === 'object' ? build.target : 'service';
  const stage = stagesOf(readDockerfile()).find((each) => each.name === target);
  if (stage === undefined) throw new Error(`The Dockerfile has no stage ${target}.`);
  return stage;
}

/** How the container of a service is started, as its image and the Compose file say together. */
async function containerOf(name: string, around: Surroundings) {
  const { entrypoint, env } = stageOf(name);
  const told = composeEnvironment(name, around.settings);
  const onThisMachine = Object.entries({ ...env, ...told }).map(([key, value]) => [
    key,
    value
      .replace('@postgresql:5432/', `@127.0.0.1:${around.databasePort}/`)
      .replace('temporal:7233', around.temporalAddress),
  ]);
  const [command = '', ...args] = [...entrypoint, ...(composeService(name).command ?? [])];
  return {
    command,
    args,
    env: {
      ...(Object.fromEntries(onThisMachine) as Record<string, string>),
      ...('RECORDINGS_BUCKET' in told ? sandboxEnvironment(around.sandbox) : {}),
      PORT: '0',
      METRICS_PORT: '0',
      WORKFLOW_BUNDLE: await workflowBundle(),
      // The machine's own certificates do as well.
      SSL_CERT_FILE: '',
    },
  };
}

/** Starts the stand-ins; the container's ports are those of this machine. */
export async function startSandboxService(home: ProcessHome) {
  const { entrypoint } = stageOf('sandbox');
  const [, script = '', ...rest] = [...entrypoint, ...(composeService('sandbox').command ?? [])];
  const place = rest.indexOf('/tmp/sandbox');
  assert.ok(place >= 0);
  const { process, match } = await startOwnProcess(
    'sandbox',
    {
      script,
      args: [...rest.with(place, join(home.folder, 'sandbox')), '--base-port', '0'],
      cwd: ROOT,
      env: {},
      ready: /^\{"addresses":.*\}$/m,
    },
    home,
  );
  const { addresses } = JSON.parse(match[0]) as { addresses: SandboxAddresses };
  await assertHealth('sandbox', new URL(addresses.controlUrl).port);
  return { addresses, process };
}

/**
 * Runs the migration of a profile to its end, then its gateway and worker, and asks the health check of each. `prefix`
 * is what the names of the profile's services begin with.
 */
export async function startProfile(prefix: string, around: Surroundings): Promise<RunningService> {
  const migration = await containerOf(`${prefix}migrate`, around);
  const options = { cwd: ROOT, env: { PATH: process.env['PATH'], ...migration.env } };
  const { stdout } = await promisify(execFile)(migration.command, migration.args, options);
  assert.match(stdout, /^Applied \d+_init\.$/m);

  const start = async (kind: 'gateway' | 'worker', ready: RegExp) => {
    const name = `${prefix}${kind}`;
    const { command, args, env } = await containerOf(name, around);
    const [script = '', ...others] = args;
    const container = { command, script, args: others, cwd: ROOT, env, ready };
    return startOwnProcess(name, container, around);
  };
  const running: OwnProcess[] = [];
  const [gateway, worker] = await Promise.all([
    start('gateway', /Server listening at http:\/\/127\.0\.0\.1:(\d+)/),
    start('worker', /The worker takes calls/),
  ]);
  running.push(gateway.process, worker.process);
  const port = gateway.match[1] ?? '';
  const [, workerPort = ''] =
    /Server listening at http:\/\/127\.0\.0\.1:(\d+)/.exec(worker.process.output()) ?? [];
  await assertHealth(`${prefix}gateway`, port);
  await assertHealth(`${prefix}worker`, workerPort);
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      for (const each of running) assert.equal((await each.stop()).code, 0, each.output());
      await assert.rejects(assertHealth(`${prefix}gateway`, port));
      await assert.rejects(assertHealth(`${prefix}worker`, workerPort));
    },
  };
}

/** Runs the health check of a service, for a port of this machine. Rejects when it is not healthy. */
async function assertHealth(name: string, port: string): Promise<void> {
  const [kind, command = '', ...args] = composeService(name).healthcheck?.test ?? [];
  assert.equal(kind, 'CMD');
  assert.notEqual(port, '');
  await promisify(execFile)(command, [...args, port], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'] },
  });
}
