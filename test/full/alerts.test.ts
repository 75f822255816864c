// A real Prometheus looks after a real gateway and worker: every query of the dashboard has data, and every alert fires
// when what it is about happens, and not before.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import { startKeeper } from '../../local/process/keeper.ts';
import { runOn } from '../../prisma/engine/create-database.ts';
import { TASK_QUEUE } from '../../src/domain/names.ts';
import { findFreePort } from '../../src/process/free-port.ts';
import { startCall } from '../support/calls.ts';
import { untilCompleted, untilStatus } from '../support/conditions.ts';
import type { OwnProcess, ProcessHome } from '../support/own-process.ts';
import { startService, type Service } from '../support/service.ts';
import { skipWithout } from '../support/skip-without.ts';
import { waitFor } from '../support/wait-for.ts';
import { startPrometheus, type Prometheus } from './alerts/prometheus.ts';

const DASHBOARD = join(import.meta.dirname, '../../ops/grafana/dashboard.json');

type Dashboard = {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
};

describe('Prometheus', () => {
  let service: Service;
  let worker: OwnProcess;
  let workerPort: number;
  let home: ProcessHome | undefined;
  let prometheus: Prometheus | undefined;

  before(async function () {
    await skipWithout(this, 'prometheus');
    home = {
      folder: await mkdtemp(join(tmpdir(), 'call-processing-prometheus-')),
      keeper: startKeeper(),
    };
    service = await startService({
      workers: 0,
      env: {
        SPEECH_PRICE_PER_MINUTE: '0.016',
        LLM_PRICE_PER_MILLION_INPUT_TOKENS: '3',
        LLM_PRICE_PER_MILLION_OUTPUT_TOKENS: '15',
        // Less than any call costs.
        DAILY_BUDGET: '0.000001',
      },
    });
    workerPort = await findFreePort();
    worker = await startWorker();
    const gateway = Number(new URL(service.gatewayUrl).port);
    prometheus = await startPrometheus({ gateway, worker: workerPort }, home);
  });
  after(async () => {
    await prometheus?.stop();
    await service?.stop();
    home?.keeper.close();
    if (home !== undefined) await rm(home.folder, { recursive: true, force: true });
  });

  const startWorker = () => service.startWorker({ env: { METRICS_PORT: String(workerPort) } });
  const watch = () => prometheus ?? assert.fail('Prometheus does not run.');
  const isFiring = async (alert: string) => (await watch().firing()).has(alert);

  /** That an alert is off, is on once this has happened, and is off again once it is undone. */
  async function fires(alert: string, happen: () => Promise<(() => Promise<unknown>) | undefined>) {
    assert.equal(await isFiring(alert), false, `${alert} before`);
    const undo = await happen();
    await waitFor(
      `${alert} to fire`,
      () => isFiring(alert),
      60_000,
      async () => [...(await watch().firing())].join(', '),
    );
    if (undo === undefined) return;
    await undo();
    await waitFor(`${alert} to end`, async () => !(await isFiring(alert)));
  }

  it('finds a service without calls well', async () => {
    await waitFor('all to be found ready', async () => {
      const all = await watch().query('{__name__=~"(gateway|worker)_dependency_ready"}');
      return all.length >= 11 && all.every(({ value }) => value[1] === '1');
    });
    await waitFor('no alert to be on', async () => (await watch().firing()).size === 0);
  });

  it('sees the first call that costs more than the budget', () =>
    fires('CostOverBudget', async () => {
      const { callSid } = await startCall(service);
      await untilCompleted(service, callSid);
      return undefined;
    }));

  it('sees a call that is parked, and one that has been for a day', async () => {
    await fires('CallsParked', async () => {
      const faults = [{ system: 'languageModel', action: { status: 401 } }];
      const { callSid } = await startCall(service, { faults });
      await untilStatus(service, callSid, 'FAILED');
      return undefined;
    });
    await fires('CallsParkedForADay', async () => {
      await runOn(service.databaseUrl, (client) =>
        client.query(
          `UPDATE "Call" SET "failedAt" = now() - interval '25 hours' WHERE "callStatus" = 'FAILED'`,
        ),
      );
      return undefined;
    });
  });

  it('has data for every query of the dashboard', async () => {
    const { panels } = JSON.parse(await readFile(DASHBOARD, 'utf8')) as Dashboard;
    for (const { title, targets } of panels) {
      for (const { expr } of targets) {
        const query = expr.replaceAll('$__rate_interval', '1m');
        await waitFor(
          `data of ${title}: ${query}`,
          async () => (await watch().query(query)).length > 0,
        );
      }
    }
  });

  it('sees workflow tasks that fail', () =>
    fires('WorkflowTasksFail', async () => {
      const run = await service.client.workflow.start('NobodyKnowsIt', {
        workflowId: 'nobody-knows-it',
        taskQueue: TASK_QUEUE,
      });
      await waitFor(
        'a task to have failed',
        async () =>
          (await watch().query('temporal_workflow_task_execution_failed_total')).length > 0,
      );
      await run.terminate();
      return undefined;
    }));

  it('sees a bucket that neither gateway nor worker can use', async () => {
    assert.equal(await isFiring('WorkerNotReady'), false);
    await fires('GatewayNotReady', async () => {
      await service.sandbox.fault({ system: 'storage', times: 1_000, action: { status: 403 } });
      await waitFor('WorkerNotReady to fire', () => isFiring('WorkerNotReady'));
      return () => service.sandbox.clearFaults();
    });
    await waitFor('WorkerNotReady to end', async () => !(await isFiring('WorkerNotReady')));
  });

  it('sees requests that wait for a connection to the database', () =>
    fires('DatabasePoolExhausted', async () => {
      const holder = new pg.Client({ connectionString: service.databaseUrl });
      await holder.connect();
      await holder.query('BEGIN; LOCK TABLE "CallDigest" IN ACCESS EXCLUSIVE MODE');
      let isOver = false;
      const crowd = Array.from({ length: 20 }, async () => {
        while (!isOver) await service.request('GET', '/calls');
      });
      return async () => {
        isOver = true;
        await holder.end();
        await Promise.all(crowd);
      };
    }));

  it('sees that no worker is left, that it does not answer, and what waits for it', async () => {
    assert.equal(await isFiring('TaskQueueBacklog'), false);
    assert.equal(await isFiring('ProcessDown'), false);
    await fires('NoWorker', async () => {
      await worker.kill();
      const { callSid } = await startCall(service);
      await waitFor('ProcessDown to fire', () => isFiring('ProcessDown'));
      await waitFor('TaskQueueBacklog to fire', () => isFiring('TaskQueueBacklog'));
      return async () => {
        worker = await startWorker();
        await untilCompleted(service, callSid);
      };
    });
    for (const alert of ['ProcessDown', 'TaskQueueBacklog'])
      await waitFor(`${alert} to end`, async () => !(await isFiring(alert)));
  });
});
