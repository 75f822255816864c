// Two workers together keep to CONNECTWISE_REQUESTS_PER_MINUTE, and calls that wait for it show no failure.
import assert from 'node:assert/strict';

import { startCall } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { startService, type Service } from '../support/service.ts';

// A turn every second.
const REQUESTS_PER_MINUTE = 180;
const CALLS = 16;

describe('the limit on requests to ConnectWise, in two worker processes', () => {
  let service: Service;

  before(async () => {
    service = await startService({
      env: { CONNECTWISE_REQUESTS_PER_MINUTE: String(REQUESTS_PER_MINUTE) },
    });
    await service.startWorker();
  });
  after(() => service.stop());

  it('is kept by both together, and no lookup that waits is noted as failed', async () => {
    const startedAt = performance.now();
    const calls = await Promise.all(Array.from({ length: CALLS }, () => startCall(service)));
    for (const { callSid } of calls) {
      await untilStatus(service, callSid, 'COMPLETED');
      const { body } = await service.request('GET', `/calls/${callSid}/log`);
      assert.doesNotMatch(JSON.stringify(body), /waits for its turn/);
    }

    const tookMs = performance.now() - startedAt;
    assert.ok(tookMs > (CALLS - 1) * 1_000, `${tookMs} ms`);

    // Those whose turn was not within five seconds came back for it.
    const { prisma } = service.database;
    const rows = await prisma.call.findMany({ select: { lookupTurn: true } });
    assert.ok(rows.some(({ lookupTurn }) => /"place":\d/.test(JSON.stringify(lookupTurn))));
  });
});
