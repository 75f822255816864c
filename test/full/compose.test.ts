// docker-compose.temporal.yml works: its own scripts, settings and versions, without Docker. What Docker would
// do is done here: host names, ports and paths of the containers become those of this machine.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

import { Client, Connection } from '@temporalio/client';

import { startTemporaryPostgres } from '../../local/parts/postgres/temporary.ts';
import { startKeeper } from '../../local/process/keeper.ts';
import { startPart } from '../../local/process/part.ts';
import { freePort } from '../../local/process/ports.ts';
import { findTemporalCli } from '../../local/tools/temporal-cli.ts';
import { runOn } from '../../prisma/engine/create-database.ts';
import { sandboxEnvironment } from '../../sandbox/environment.ts';
import { createDatabase } from '../../src/repositories/database.ts';
import { composeEnvironment, composeService, interpolated } from '../support/compose-file.ts';
import { waitFor } from '../support/wait-for.ts';
import { startProfile, startSandboxService } from './compose/own-services.ts';
import { buildTemporal, CannotBuild } from './temporal-from-source.ts';

// A first build takes ten minutes on two cores that do nothing else.
const WITH_A_BUILD_MS = 40 * 60_000;

const PASSWORD = 'chosen-for-this-test';
const ROOT = new URL('../../', import.meta.url);

const SETTINGS = { POSTGRES_PASSWORD: PASSWORD };

/** A key, and what API_KEYS has for it. */
const KEY = `msp_${randomBytes(32).toString('base64url')}`;
const API_KEYS = `tester:admin+calls:read+calls:start:${createHash('sha256').update(KEY).digest('hex')}`;

/** The sandbox's first sample, of a company that its ConnectWise knows. */
const CALL = { callRecordingId: '1772443820.1041', recordgroup: '20417', recordid: '90411' };

const service = composeService;
const environmentOf = (name: string) => composeEnvironment(name, SETTINGS);
const commandOf = (name: string) => service(name).command ?? assert.fail(name);

describe('docker-compose.temporal.yml, run without Docker', function () {
  this.timeout(WITH_A_BUILD_MS);

  const stack = new AsyncDisposableStack();
  after(() => stack.disposeAsync());

  it('brings a Temporal server with which a call is processed, at the first try of each of its jobs', async function () {
    const folder = await mkdtemp(join(tmpdir(), 'call-processing-compose-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const version = service('temporal').image.split(':')[1] ?? '';
    const built = await buildTemporal(version).catch((error: unknown) => {
      if (!(error instanceof CannotBuild)) throw error;
      console.log(`      skipped: ${error.message}`);
      return this.skip();
    });
    const { binaries, schema } = built;
    // The image of the admin tools has the command line as well.
    const { path: cli, version: cliVersion } = await findTemporalCli(process.env, () => undefined);
    // The other tests run against the server in the command line, and look at its Web UI.
    const ui = service('temporal-ui').image.split(':')[1];
    assert.match(cliVersion, new RegExp(`\\(Server ${version}, UI ${ui}\\)`));
    await symlink(cli, join(folder, 'temporal'));
    const PATH = [folder, binaries, process.env['PATH']].join(delimiter);

    // postgresql
    const [, ...serverArguments] = commandOf('postgresql');
    const settings = Object.fromEntries(
      serverArguments.filter((each) => each !== '-c').map((each) => each.split('=')),
    ) as Record<string, string>;
    const postgres = await startTemporaryPostgres(settings);
    stack.defer(() => postgres.stop());
    const { POSTGRES_USER: user = '', POSTGRES_DB: databaseName = '' } =
      environmentOf('postgresql');
    await runOn(postgres.url('postgres'), (client) =>
      client.query(`CREATE ROLE ${user} SUPERUSER LOGIN PASSWORD '${PASSWORD}'`),
    );
    await runOn(postgres.url('postgres'), (client) =>
      client.query(`CREATE DATABASE ${databaseName} OWNER ${user}`),
    );
    const { port: databasePort } = new URL(postgres.url('postgres'));
    await healthy('postgresql', (test) => `${test} --host 127.0.0.1 --port ${databasePort}`);
    const databaseUrl = `postgresql://${user}:${PASSWORD}@127.0.0.1:${databasePort}/${databaseName}`;

    /** Runs the script of a job; rejects unless it ends with 0. */
    const runJob = async (name: string, replace: (script: string) => string, env: object) => {
      const script = replace(interpolated(commandOf(name).join('\n'), SETTINGS));
      const { stdout, stderr } = await promisify(execFile)('/bin/sh', ['-euc', script], {
        env: { PATH, HOME: folder, ...environmentOf(name), ...env },
      });
      return `${stdout}${stderr}`;
    };

    // temporal-schema
    const onThisMachine = (script: string) =>
      script
        .replace('--endpoint postgresql', '--endpoint 127.0.0.1')
        .replace('--port 5432', `--port ${databasePort}`)
        .replace('/etc/temporal/schema', schema);
    await runJob('temporal-schema', onThisMachine, {});
    // As after a restart.
    await runJob('temporal-schema', onThisMachine, {});

    // temporal
    const keeper = startKeeper();
    stack.defer(() => keeper.close());
    const ports = {
      FRONTEND_GRPC_PORT: await freePort(),
      FRONTEND_HTTP_PORT: await freePort(),
      FRONTEND_MEMBERSHIP_PORT: await freePort(),
      HISTORY_GRPC_PORT: await freePort(),
      HISTORY_MEMBERSHIP_PORT: await freePort(),
      MATCHING_GRPC_PORT: await freePort(),
      MATCHING_MEMBERSHIP_PORT: await freePort(),
      WORKER_GRPC_PORT: await freePort(),
      WORKER_MEMBERSHIP_PORT: await freePort(),
    };
    const [hostPath = '', containerPath = ''] = service('temporal').volumes?.[0]?.split(':') ?? [];
    const environment = environmentOf('temporal');
    assert.equal(environment['DYNAMIC_CONFIG_FILE_PATH'], containerPath);
    const server = await startPart({
      name: 'Temporal server',
      command: join(binaries, 'temporal-server'),
      args: ['start'],
      env: {
        PATH,
        HOME: folder,
        ...environment,
        POSTGRES_SEEDS: '127.0.0.1',
        DB_PORT: databasePort,
        // Containers may listen on every address, of which only one is published.
        BIND_ON_IP: '127.0.0.1',
        DYNAMIC_CONFIG_FILE_PATH: new URL(hostPath, ROOT).pathname,
        ...Object.fromEntries(Object.entries(ports).map(([key, port]) => [key, String(port)])),
      },
      cwd: folder,
      logPath: join(folder, 'temporal.log'),
      stopSignal: 'SIGTERM',
      stopGraceMs: 30_000,
      keeper,
    });
    stack.defer(async () => {
      await server.stop();
    });
    const address = `127.0.0.1:${ports.FRONTEND_GRPC_PORT}`;

    await waitFor('the health check of the Temporal server', async () => {
      const ran = healthy('temporal', (test) =>
        test.replace('7233', String(ports.FRONTEND_GRPC_PORT)),
      );
      return ran.then(
        () => true,
        () => false,
      );
    });

    // temporal-namespace: begins as soon as the server listens, or even before.
    const asIs = (script: string) => script;
    const said = await runJob('temporal-namespace', asIs, { TEMPORAL_ADDRESS: address });
    assert.equal(said, 'The namespace default has the search attributes of this service.\n');
    await runJob('temporal-namespace', asIs, { TEMPORAL_ADDRESS: address });
    await runJob('sandbox-namespace', asIs, { TEMPORAL_ADDRESS: address });

    // The profiles sandbox and service, the second with a .env that names the sandbox's stand-ins as systems of
    // somebody's own. Either has a database and a namespace of its own, so both take the same call.
    const home = { folder, keeper };
    const sandbox = await startSandboxService(home);
    stack.defer(() => sandbox.process.kill());
    const around = {
      ...home,
      databasePort,
      temporalAddress: address,
      sandbox: sandbox.addresses,
    };
    const profiles = {
      'sandbox-': { ...SETTINGS, API_KEYS },
      '': { ...SETTINGS, API_KEYS, ...sandboxEnvironment(sandbox.addresses) },
    };
    for (const [prefix, settings] of Object.entries(profiles)) {
      const running = await startProfile(prefix, { ...around, settings });
      await processCall(`${running.url}/calls`);
      await running.stop();
    }

    // Operators find their calls by the attributes that the job has registered.
    const connection = await Connection.connect({ address });
    stack.defer(() => connection.close());
    const { workflow } = new Client({ connection });
    await waitFor('the call in the list of completed ones', async () => {
      const { count } = await workflow.count('CallStatus="COMPLETED"');
      return count === 1;
    });

    // What all of them keep open at once fits, with room for more workers.
    const database = createDatabase({ url: databaseUrl, poolSize: 1 });
    stack.defer(() => database.close());
    const [limit] = await database.prisma.$queryRaw<{ most: number; open: number }[]>`
      SELECT current_setting('max_connections')::int AS most, count(*)::int AS open
      FROM pg_stat_activity WHERE backend_type = 'client backend'`;
    assert.ok(limit !== undefined && limit.open < limit.most / 2, JSON.stringify(limit));
  });
});

/** Runs the health check of a service of others; says so where this machine lacks its program. */
async function healthy(name: string, replace: (test: string) => string): Promise<void> {
  const [, ...words] = service(name).healthcheck?.test ?? [];
  const [program = ''] = words.join(' ').split(' ');
  const isHere = await promisify(execFile)('/bin/sh', ['-c', `command -v ${program}`]).then(
    () => true,
    () => false,
  );
  if (!isHere) return console.log(`      not run: ${program}, the health check of ${name}`);
  await promisify(execFile)('/bin/sh', ['-c', replace(words.join(' '))]);
}

/** Submits the call and waits until it is COMPLETED. */
async function processCall(calls: string): Promise<void> {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const reply = await fetch(calls, { method: 'POST', headers, body: JSON.stringify(CALL) });
  assert.equal(reply.status, 202, await reply.text());
  await waitFor('the call to be COMPLETED', async () => {
    const response = await fetch(`${calls}/${CALL.callRecordingId}`, { headers });
    const { status } = (await response.json()) as { readonly status?: string };
    return status === 'COMPLETED';
  });
}
