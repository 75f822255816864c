// A worker tells on a port of its own whether it is alive, whether it can work, and its numbers: to everybody on its
// machine, to others by a key alone.
import assert from 'node:assert/strict';

import { runOn } from '../../prisma/engine/create-database.ts';
import { BUCKET } from '../../sandbox/environment.ts';
import { findFreePort } from '../../src/process/free-port.ts';
import { startTcpProxy, type TcpProxy } from '../faults/harness/tcp-proxy.ts';
import { makeKey } from '../support/api-keys.ts';
import type { OwnProcess } from '../support/own-process.ts';
import { askRaw } from '../support/raw-request.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';
import {
  createAnswers,
  GREEN_WITHIN_MS,
  reasonIn,
  RED_WITHIN_MS,
  statesIn,
} from './readiness/answers.ts';

const admin = makeKey('monitor', 'admin');
const reader = makeKey('console', 'calls:read');

const ALL_OK = {
  database: 'ok',
  migrations: 'ok',
  clock: 'ok',
  temporal: 'ok',
  workers: 'ok',
  bucket: 'ok',
};

// The worker's steps have 25 s, its last answers three.
const ENDS_WITHIN_MS = 29_000;

const portOf = (worker: OwnProcess) =>
  Number(/Server listening at http:\/\/[^"]+:(\d+)/.exec(worker.output())?.[1]);

describe("a worker's own port", () => {
  let service: Service;
  let toDatabase: TcpProxy;
  let toTemporal: TcpProxy;
  let worker: OwnProcess;

  before(async () => {
    service = await startService({ workers: 0 });
    const databaseUrl = new URL(service.databaseUrl);
    const port = Number(databaseUrl.port);
    toDatabase = await startTcpProxy(() => port);
    toTemporal = await startTcpProxy(() => service.temporal.port);
    databaseUrl.port = String(toDatabase.port);
    worker = await service.startWorker({
      env: {
        DATABASE_URL: databaseUrl.href,
        TEMPORAL_ADDRESS: `127.0.0.1:${toTemporal.port}`,
        RECORDINGS_BUCKET: BUCKET,
      },
    });
  });
  after(async () => {
    await worker?.kill();
    await toDatabase?.close();
    await toTemporal?.close();
    await service?.stop();
  });

  const { ask, untilStates } = createAnswers(() => portOf(worker));

  const get = (of: OwnProcess, path: string, ...headers: string[]) =>
    askRaw(portOf(of), [`GET ${path} HTTP/1.1`, ...headers]);

  it('tells this machine how everything is, and a name that only leads to it one word', async () => {
    assert.equal((await get(worker, '/healthz', 'Host: 10.0.0.7:9464')).status, 200);
    assert.deepEqual(statesIn(await untilStates(ALL_OK, GREEN_WITHIN_MS)), ALL_OK);
    const rebound = await ask(undefined, '', 'evil.example');
    assert.deepEqual(rebound, { status: 200, body: { status: 'ready' } });
    assert.equal((await get(worker, '/calls', 'Host: localhost')).status, 404);
    assert.equal((await get(worker, '/calls', 'Host: evil.example')).status, 421);
  });

  it("has the metrics of Temporal's SDK among its own", async () => {
    // The SDK counts its first requests within seconds.
    const text = await waitFor('the numbers of the SDK', async () => {
      const { body } = await get(worker, '/metrics', 'Host: 10.0.0.7:9464');
      return body.includes('temporal_request_total') && body;
    });
    assert.match(text, /^worker_temporal_metrics_read 1$/m);
    assert.match(text, /^worker_database_connections\{state="used"\} \d+$/m);
    assert.match(text, /^worker_dependency_ready\{dependency="bucket"\} 1$/m);
    assert.match(text, /^nodejs_eventloop_lag_p99_seconds /m);
    const declared = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
    assert.equal(new Set(declared).size, declared.length, 'no name twice');
  });

  it('turns red within ten seconds for a database, a Temporal and a bucket, and green again', async () => {
    await untilStates(ALL_OK, GREEN_WITHIN_MS);
    toDatabase.blackHole();
    const red = { database: 'failing', migrations: 'unknown', clock: 'unknown', temporal: 'ok' };
    assert.equal((await untilStates(red, RED_WITHIN_MS)).status, 503);
    assert.equal((await get(worker, '/healthz', 'Host: localhost')).status, 200);
    toDatabase.heal();
    await untilStates(ALL_OK, GREEN_WITHIN_MS);

    toTemporal.blackHole();
    await untilStates({ temporal: 'failing', workers: 'unknown' }, RED_WITHIN_MS);
    toTemporal.heal();
    await untilStates(ALL_OK, GREEN_WITHIN_MS);

    await service.sandbox.fault({ system: 'storage', times: 1_000, action: { status: 403 } });
    await untilStates({ ...ALL_OK, bucket: 'failing' }, RED_WITHIN_MS);
    await service.sandbox.clearFaults();
    await untilStates(ALL_OK, GREEN_WITHIN_MS);
  });

  it('tells while it waits for a migration that it takes no calls, whatever another worker does', async () => {
    await untilStates(ALL_OK, GREEN_WITHIN_MS);
    const rename = (from: string, to: string) =>
      runOn(service.databaseUrl, (client) =>
        client.query(`ALTER TABLE "${from}" RENAME TO "${to}"`),
      );
    await rename('SitePhone', 'SitePhoneAway');
    const port = await findFreePort();
    const beginning = service.startWorker({ env: { METRICS_PORT: String(port) } });
    const other = createAnswers(() => port);
    try {
      await waitFor('it to listen', () =>
        other.ask().then(
          () => true,
          () => false,
        ),
      );
      const answer = await other.untilStates({ temporal: 'ok', workers: 'failing' }, RED_WITHIN_MS);
      assert.match(reasonIn(answer, 'workers'), /^This worker does not take calls from the task/);
      assert.equal(statesIn(await ask())['workers'], 'ok');
    } finally {
      await rename('SitePhoneAway', 'SitePhone');
      const begun = await beginning;
      await other.untilStates(ALL_OK, GREEN_WITHIN_MS);
      await begun.stop();
    }
  });

  it('needs the scope admin where there are keys, and says who is missing one', async () => {
    const guarded = await service.startWorker({
      env: { HOST: '0.0.0.0', API_KEYS: [admin, reader].map(({ entry }) => entry).join() },
    });
    const bearer = ({ key }: { readonly key: string }) => `Authorization: Bearer ${key}`;
    const statusOf = async (path: string, ...headers: string[]) =>
      (await get(guarded, path, 'Host: 10.0.0.7:9464', ...headers)).status;
    assert.equal(await statusOf('/healthz'), 200);
    assert.equal(await statusOf('/metrics'), 401);
    assert.equal(await statusOf('/metrics', bearer(reader)), 403);
    assert.equal(await statusOf('/metrics', bearer(admin)), 200);
    assert.ok([200, 503].includes(await statusOf('/readyz')));
    await guarded.stop();
  });

  it('is closed with the worker, within its grace, and another worker on the same port says what to do', async () => {
    const first = await service.startWorker();
    const port = portOf(first);
    await assert.rejects(
      service.startWorker({ env: { METRICS_PORT: String(port) } }),
      new RegExp(
        `Port ${port} is in use: stop what listens there or set METRICS_PORT; 0 takes any`,
      ),
    );
    const began = performance.now();
    await first.stop();
    assert.ok(performance.now() - began < ENDS_WITHIN_MS);
    const second = await service.startWorker({ env: { METRICS_PORT: String(port) } });
    assert.equal(portOf(second), port);
    await second.stop();
  });
});
