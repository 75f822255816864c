// A reprocess of many calls runs although its gateway died before it was started, and pays for no call more often than a
// day allows. In real time it takes half a minute until a list counts as left.
import assert from 'node:assert/strict';

import type { BulkReply } from '../../src/api/bulk-schemas.ts';
import { startTcpProxy } from '../faults/harness/tcp-proxy.ts';
import { eventsOf, startCall } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { startOwnGateway } from '../support/own-gateway.ts';
import { askGateway } from '../support/rig.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

const LIMIT = { PAID_REPROCESSES_PER_CALL_AND_DAY: '1' };

describe('a reprocess of many calls', () => {
  let service: Service;

  before(async () => {
    service = await startService({ env: LIMIT });
  });
  after(() => service.stop());

  async function parkedCall(system: string, times: number): Promise<string> {
    const faults = [{ system, times, action: { status: 401 } }];
    const { callSid } = await startCall(service, { faults });
    await untilStatus(service, callSid, 'FAILED');
    return callSid;
  }

  const untilEnded = (id: string) =>
    waitFor('the bulk reprocess to end', async () => {
      const { body } = await service.request('GET', `/reprocesses/${id}`);
      const bulk = body as unknown as BulkReply;
      return bulk.counts.toDo === 0 && bulk;
    });

  async function run(): Promise<BulkReply> {
    const { status, body } = await service.request('POST', '/reprocesses', {
      filter: {},
      ratePerSecond: 50,
    });
    assert.equal(status, 202);
    return untilEnded(String(body['id']));
  }

  const codeOf = ({ calls }: BulkReply, callSid: string) =>
    calls.find((call) => call.callSid === callSid)?.code;
  const timesBegun = async (callSid: string) =>
    (await eventsOf(service, callSid)).filter((event) => event === 'REPROCESS_REQUESTED').length;

  it('counts what it pays again for the limit of a call, and tells which calls it left alone for it', async () => {
    const [paid, free] = [await parkedCall('languageModel', 2), await parkedCall('connectwise', 3)];
    const first = await run();
    assert.deepEqual(
      [codeOf(first, paid), codeOf(first, free)],
      ['MODEL_CREDENTIALS_REFUSED', 'CONNECTWISE_CREDENTIALS_REFUSED'],
    );
    const second = await run();
    assert.deepEqual(
      [codeOf(second, paid), codeOf(second, free)],
      ['LIMIT_REACHED', 'CONNECTWISE_CREDENTIALS_REFUSED'],
    );
    assert.deepEqual(second.counts, { toDo: 0, done: 0, failedAgain: 2, mended: 0, stopped: 0 });
    assert.deepEqual(await Promise.all([paid, free].map(timesBegun)), [1, 2]);
    // One limit, whoever asks.
    const single = await service.request('POST', `/calls/${paid}/reprocess`);
    assert.deepEqual([single.status, single.body['code']], [429, 'LIMIT_REACHED']);
    await run();
  });

  it('runs although its gateway was killed between the list and the start, once', async () => {
    const callSid = await parkedCall('connectwise', 1);
    const toTemporal = await startTcpProxy(() => service.temporal.port);
    const gateway = await startOwnGateway(service.databaseUrl, {
      TEMPORAL_ADDRESS: `127.0.0.1:${toTemporal.port}`,
    });
    try {
      toTemporal.blackHole();
      const body = { filter: { failedStep: 'matchCompany' } };
      const asked = askGateway(gateway.url, 'POST', '/reprocesses', body).catch(() => null);
      const { prisma } = service.database;
      const left = await waitFor('the list to be stored', () =>
        prisma.bulkReprocess.findFirst({ where: { calls: { some: { state: 'TO_DO' } } } }),
      );
      await gateway.process.kill();
      assert.equal(await asked, null, 'nobody was told its id');

      const another = await service.startWorker();
      const { calls } = await untilEnded(left.id);
      assert.equal(calls.find((call) => call.callSid === callSid)?.outcome, 'done');
      assert.equal(await timesBegun(callSid), 1);
      await another.stop();
    } finally {
      await gateway.remove();
      await toTemporal.close();
    }
  });
});
