import assert from 'node:assert/strict';

import { eventsOf, startCall, untilStatus } from '../support/calls.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

// A worker that dies takes no call with it, and nothing is paid for again because of it.

describe('a worker killed while Speech-to-Text works', () => {
  let service: Service;

  before(async function () {
    this.timeout(120_000);
    // Longer than it takes to see the operation and to kill the worker.
    service = await startService({ workers: 0, speechSeconds: 6 });
  });
  after(() => service.stop());

  it('leaves the call to another worker, which re-attaches to the one operation', async function () {
    // The heartbeat timeout of 30 s, the retry interval of 5 s and the transcription itself.
    this.timeout(90_000);
    const first = await service.startWorker();
    const { callSid } = await startCall(service);
    await waitFor('the operation to be on the row', async () => {
      const call = await service.database.prisma.call.findUnique({ where: { callSid } });
      return call?.speechOperation ?? null;
    });
    await first.kill();
    await service.startWorker();
    const call = await untilStatus(service, callSid, 'COMPLETED', 80_000);
    assert.equal(call['outcome'], 'ANALYZED');

    const hits = await service.sandbox.hitsOf(callSid);
    assert.equal(hits['speech.BatchRecognize'], 1);
    assert.equal(hits['phoneSystem.recordings.get'], 1);
    const operations = await service.sandbox.operations();
    assert.equal(operations.filter((operation) => operation.callSid === callSid).length, 1);

    const { events } = await service.client.workflow.getHandle(callSid).fetchHistory();
    const attempts = (events ?? []).map(
      (event) => event.activityTaskStartedEventAttributes?.attempt,
    );
    assert.ok(attempts.includes(2), 'the transcription had a second attempt');
    const logged = await eventsOf(service, callSid);
    assert.equal(logged.filter((event) => event === 'TRANSCRIPTION_SUCCESS').length, 1);
  });
});
