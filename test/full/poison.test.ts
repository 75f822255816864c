import assert from 'node:assert/strict';

import { startCall } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import type { OwnProcess } from '../support/own-process.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

// A call that crashes its worker whenever a certain step runs fails after five lost attempts: it does
// not take down every worker, and the other calls continue.

describe('a call that kills every worker', () => {
  let service: Service;

  before(async () => {
    service = await startService({ workers: 0 });
  });
  after(() => service.stop());

  it('fails as WORKER_CRASHED after five lost attempts, each of which is logged', async function () {
    // Five attempts of matchCompany at 20 s each, Temporal's pauses between them, and the starts of
    // workers: about 140 s, plus room for a busy machine.
    this.timeout(360_000);
    const poison = await startCall(service, {
      // ConnectWise never answers, so that there is time to kill the worker that asked.
      faults: [{ system: 'connectwise', times: 5, action: { hang: true } }],
    });
    let worker: OwnProcess = await service.startWorker();
    for (let lost = 1; lost <= 5; lost += 1) {
      await waitFor(
        `attempt ${lost} to ask ConnectWise`,
        async () => {
          const hits = await service.sandbox.hitsOf(poison.callSid);
          return hits['connectwise.contacts.list'] === lost;
        },
        90_000,
      );
      await worker.kill();
      worker = await service.startWorker();
    }
    const call = await untilStatus(service, poison.callSid, 'FAILED', 120_000);
    const failure = call['failure'] as { step: string; code: string };
    assert.deepEqual([failure.step, failure.code], ['matchCompany', 'WORKER_CRASHED']);

    const { body } = await service.request('GET', `/calls/${poison.callSid}/log`);
    const entries = body['entries'] as { event: string; step: string; attempt: number }[];
    const lost = entries.filter(({ event, step }) => {
      return step === 'matchCompany' && event === 'COMPANY_LOOKUP_FAILED';
    });
    assert.deepEqual(
      lost.map(({ attempt }) => attempt),
      [1, 2, 3, 4, 5, 6],
    );

    const healthy = await startCall(service);
    await untilStatus(service, healthy.callSid, 'COMPLETED');
    await service.client.workflow.getHandle(poison.callSid).signal('reprocess');
    await untilStatus(service, poison.callSid, 'COMPLETED');
  });
});
