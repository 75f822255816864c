// docker-compose.temporal.yml works: its own scripts, settings and versions, without Docker. What Docker would
// do is done here: host names, ports and paths of the containers become those of this machine.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

import { Client, Connection } from '@temporalio/client';
import { parse } from 'yaml';

import { startTemporaryPostgres } from '../../local/parts/postgres/temporary.ts';
import { startKeeper } from '../../local/process/keeper.ts';
import { startPart } from '../../local/process/part.ts';
import { freePort } from '../../local/process/ports.ts';
import { findTemporalCli } from '../../local/tools/temporal-cli.ts';
import { migrate } from '../../prisma/engine/apply.ts';
import { runOn } from '../../prisma/engine/create-database.ts';
import { sandboxEnvironment } from '../../sandbox/environment.ts';
import { createDatabase } from '../../src/repositories/database.ts';
import { startOwnProcess } from '../support/own-process.ts';
import { createRecordingMaker } from '../support/recordings.ts';
import { askGateway, gatewayOf, workerOf } from '../support/rig.ts';
import { startTemporarySandbox } from '../support/temporary-sandbox.ts';
import { waitFor } from '../support/wait-for.ts';
import { buildTemporal, CannotBuild } from './temporal-from-source.ts';

// A first build takes ten minutes on two cores that do nothing else.
const WITH_A_BUILD_MS = 40 * 60_000;

const PASSWORD = 'chosen-for-this-test';
const ROOT = new URL('../../', import.meta.url);

type Service = {
  readonly image: string;
  readonly environment: Readonly<Record<string, string | number>>;
  readonly command: readonly string[];
  readonly volumes?: readonly string[];
};
const file = parse(readFileSync(new URL('docker-compose.temporal.yml', ROOT), 'utf8')) as {
  readonly services: Readonly<Record<string, Service>>;
};

function service(name: string): Service {
  const found = file.services[name];
  assert.ok(found !== undefined, name);
  return found;
}

/** A value as Compose would hand it to a container. */
const interpolated = (value: string) =>
  value.replace(/\$\{POSTGRES_PASSWORD:\?[^}]*\}/g, PASSWORD).replaceAll('$$', '$');

function environmentOf(name: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(service(name).environment).map(([key, value]) => [
      key,
      interpolated(String(value)),
    ]),
  );
}

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
    const [, ...serverArguments] = service('postgresql').command;
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
    const databaseUrl = `postgresql://${user}:${PASSWORD}@127.0.0.1:${databasePort}/${databaseName}`;

    /** Runs the script of a job; rejects unless it ends with 0. */
    const runJob = async (name: string, replace: (script: string) => string, env: object) => {
      const script = replace(interpolated(service(name).command.join('\n')));
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

    // temporal-namespace: begins as soon as the server listens, or even before.
    const asIs = (script: string) => script;
    const said = await runJob('temporal-namespace', asIs, { TEMPORAL_ADDRESS: address });
    assert.equal(said, 'The namespace default has the search attributes of this service.\n');
    await runJob('temporal-namespace', asIs, { TEMPORAL_ADDRESS: address });

    // The service, as the README says.
    await migrate(databaseUrl);
    const sandbox = await startTemporarySandbox();
    stack.defer(() => sandbox.stop());
    const serviceEnvironment = {
      ...sandboxEnvironment(sandbox.addresses),
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: address,
    };
    const home = { folder, keeper };
    const { process: worker } = await startOwnProcess(
      'worker',
      await workerOf(serviceEnvironment),
      home,
    );
    stack.defer(() => worker.kill());
    const { process: gateway, match } = await startOwnProcess(
      'gateway',
      gatewayOf(serviceEnvironment),
      home,
    );
    stack.defer(() => gateway.kill());
    const url = match[1] ?? '';
    const { callSid, ...key } = await createRecordingMaker(() => sandbox.client).add();
    const { recordgroup, recordid } = key;
    const submission = { callRecordingId: callSid, recordgroup, recordid };
    const reply = await askGateway(url, 'POST', '/calls', submission);
    assert.equal(reply.status, 202, JSON.stringify(reply.body));
    await waitFor('the call to be COMPLETED', async () => {
      const { body } = await askGateway(url, 'GET', `/calls/${callSid}`);
      return body['status'] === 'COMPLETED';
    });

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
