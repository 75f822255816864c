// /readyz turns red within ten seconds of whatever the gateway lacks, green again by itself, and tells why only to those
// who may know it.
import assert from 'node:assert/strict';

import { runOn } from '../../prisma/engine/create-database.ts';
import { BUCKET } from '../../sandbox/environment.ts';
import { startTcpProxy, type TcpProxy } from '../faults/harness/tcp-proxy.ts';
import { makeKey, type TestKey } from '../support/api-keys.ts';
import { startOwnGateway, type OwnGateway } from '../support/own-gateway.ts';
import type { OwnProcess } from '../support/own-process.ts';
import { startService, type Service } from '../support/service.ts';
import {
  createAnswers,
  GREEN_WITHIN_MS,
  reasonIn,
  RED_WITHIN_MS,
  statesIn,
} from './readiness/answers.ts';

const admin = makeKey('monitor', 'admin');
const reader = makeKey('console', 'calls:read', 'calls:start', 'calls:reprocess');

describe('/readyz', () => {
  let service: Service;
  let worker: OwnProcess;
  let toDatabase: TcpProxy;
  let toTemporal: TcpProxy;
  let gateway: OwnGateway;

  before(async () => {
    service = await startService({ workers: 0 });
    const databaseUrl = new URL(service.databaseUrl);
    const port = Number(databaseUrl.port);
    toDatabase = await startTcpProxy(() => port);
    toTemporal = await startTcpProxy(() => service.temporal.port);
    databaseUrl.port = String(toDatabase.port);
    [gateway, worker] = await Promise.all([
      startOwnGateway(databaseUrl.href, {
        API_KEYS: [admin, reader].map(({ entry }) => entry).join(),
        TEMPORAL_ADDRESS: `127.0.0.1:${toTemporal.port}`,
        RECORDINGS_BUCKET: BUCKET,
        STORAGE_API_ENDPOINT: service.addresses.storageApiEndpoint,
      }),
      service.startWorker(),
    ]);
  });
  after(async () => {
    await gateway?.remove();
    await toDatabase?.close();
    await toTemporal?.close();
    await service?.stop();
  });

  afterEach(() => {
    toDatabase.heal();
    toTemporal.heal();
    worker.thaw();
  });

  const { ask, untilStates } = createAnswers(() => gateway.port, admin);

  const ALL_OK = {
    database: 'ok',
    migrations: 'ok',
    clock: 'ok',
    temporal: 'ok',
    workers: 'ok',
    bucket: 'ok',
  };

  it('tells who may see it how everything is, and all others, at any name, one word', async () => {
    const ready = await untilStates(ALL_OK, GREEN_WITHIN_MS);
    assert.equal(ready.status, 200);
    assert.deepEqual(statesIn(ready), ALL_OK);
    for (const { reason, since } of ready.body.dependencies ?? []) {
      assert.equal(reason, null);
      assert.ok(Date.parse(since) <= Date.now());
    }
    const wrong: TestKey = { key: 'msp_wrong', entry: '' };
    for (const key of [undefined, reader, wrong]) {
      for (const host of ['localhost', '10.0.0.7:3000', 'evil.example']) {
        assert.deepEqual(await ask(key, '', host), { status: 200, body: { status: 'ready' } });
      }
    }
    assert.equal((await ask(admin, '?for=fun')).status, 400);
  });

  it('turns red for a database that hangs and for the last worker, and green again; traffic is taken meanwhile', async () => {
    await untilStates(ALL_OK, GREEN_WITHIN_MS);
    toDatabase.blackHole();
    await worker.kill();
    const red = { database: 'failing', migrations: 'unknown', temporal: 'ok', workers: 'failing' };
    const answer = await untilStates(red, RED_WITHIN_MS);
    assert.equal(answer.status, 503);
    assert.match(reasonIn(answer, 'workers'), /No worker takes calls.*npm run worker/);
    // Where everything is stands in the log alone.
    assert.doesNotMatch(JSON.stringify(answer.body), /127\.0\.0\.1/);
    assert.deepEqual(await ask(), { status: 503, body: { status: 'notReady' } });
    assert.deepEqual(await ask(undefined, '?for=traffic'), {
      status: 200,
      body: { status: 'ready' },
    });

    const began = performance.now();
    const crowd = await Promise.all(Array.from({ length: 100 }, () => ask()));
    assert.ok(performance.now() - began < 2_500, 'no answer waits for the database');
    assert.deepEqual(new Set(crowd.map(({ status }) => status)), new Set([503]));

    toDatabase.heal();
    worker = await service.startWorker();
    assert.equal((await untilStates(ALL_OK, GREEN_WITHIN_MS)).status, 200);
    assert.match(gateway.process.output(), /"dependency":"database".*database: failing/);
    assert.match(gateway.process.output(), /database: ok/);
  });

  it('turns red for a Temporal that is away, also for traffic, and green again', async () => {
    toTemporal.refuse();
    const answer = await untilStates({ temporal: 'failing', workers: 'unknown' }, RED_WITHIN_MS);
    assert.match(
      reasonIn(answer, 'temporal'),
      /^Temporal did not answer\. .*TEMPORAL_ADDRESS|^There was no answer/,
    );
    assert.deepEqual(await ask(undefined, '?for=traffic'), {
      status: 503,
      body: { status: 'notReady' },
    });
    toTemporal.heal();
    await untilStates(ALL_OK, GREEN_WITHIN_MS);
    assert.equal((await ask(undefined, '?for=traffic')).status, 200);
  });

  it('turns red for a bucket that refuses the gateway, and green again; traffic is taken meanwhile', async () => {
    await untilStates(ALL_OK, GREEN_WITHIN_MS);
    await service.sandbox.fault({ system: 'storage', times: 1_000, action: { status: 403 } });
    const answer = await untilStates({ ...ALL_OK, bucket: 'failing' }, RED_WITHIN_MS);
    assert.equal(answer.status, 503);
    assert.doesNotMatch(reasonIn(answer, 'bucket'), /127\.0\.0\.1|gs:/);
    assert.equal((await ask(undefined, '?for=traffic')).status, 200);
    await service.sandbox.clearFaults();
    await untilStates(ALL_OK, GREEN_WITHIN_MS);
  });

  it('turns red for a worker that hangs, and for one that is told to end', async () => {
    await untilStates(ALL_OK, GREEN_WITHIN_MS);
    worker.freeze();
    await untilStates({ workers: 'failing' }, RED_WITHIN_MS);
    worker.thaw();
    await untilStates(ALL_OK, GREEN_WITHIN_MS);
    await worker.stop();
    await untilStates({ workers: 'failing' }, RED_WITHIN_MS);
    worker = await service.startWorker();
    await untilStates(ALL_OK, GREEN_WITHIN_MS);
  });

  it('names a migration that is missing, and one that has failed, also of another version', async () => {
    const run = (sql: string) => runOn(service.databaseUrl, (client) => client.query(sql));
    const last = `(SELECT max(migration_name) FROM _prisma_migrations)`;
    await run(`UPDATE _prisma_migrations SET finished_at = NULL WHERE migration_name = ${last}`);
    const missing = await untilStates({ migrations: 'failing', database: 'ok' }, RED_WITHIN_MS);
    assert.match(reasonIn(missing, 'migrations'), /lacks the migration \d{14}_\w+\..*db:migrate/);
    assert.equal((await ask(undefined, '?for=traffic')).status, 200);

    // Of a newer version: one that has been applied or is being applied does not matter.
    const newer = (name: string, finished: string, logs: string) =>
      run(
        `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, logs) VALUES (gen_random_uuid(), '', '${name}', ${finished}, ${logs})`,
      );
    await run(`UPDATE _prisma_migrations SET finished_at = now() WHERE migration_name = ${last}`);
    await newer('29990101000000_applied', 'now()', 'NULL');
    await newer('29990101000001_being_applied', 'NULL', 'NULL');
    await untilStates(ALL_OK, GREEN_WITHIN_MS);

    await newer('29990101000002_failed', 'NULL', "'ERROR: relation'");
    const failed = await untilStates({ migrations: 'failing' }, RED_WITHIN_MS);
    assert.match(reasonIn(failed, 'migrations'), /29990101000002_failed has failed/);
    await run(`DELETE FROM _prisma_migrations WHERE migration_name LIKE '2999%'`);
    await untilStates(ALL_OK, GREEN_WITHIN_MS);
  });
});
