// However much the log of a worker says, it holds nothing that would let its reader act in the worker's place.
import assert from 'node:assert/strict';

import { startCall } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { startService, type Service } from '../support/service.ts';

describe('the log of a worker', () => {
  let service: Service;

  before(async () => {
    service = await startService({ workers: 0, env: { LOG_LEVEL: 'trace' } });
  });
  after(() => service.stop());

  it('tells of activities at every level without the tokens of their tasks', async () => {
    const worker = await service.startWorker();
    // An attempt that fails is told of in a line of its own.
    const { callSid } = await startCall(service, {
      faults: [{ system: 'connectwise', action: { status: 503 } }],
    });
    await untilStatus(service, callSid, 'COMPLETED');
    await worker.stop();

    const lines = worker
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const failed = lines.filter(({ message }) => message === 'Activity failed');
    assert.deepEqual(
      failed.map(({ activityType, severity }) => [activityType, severity]),
      [['matchCompany', 'WARNING']],
    );
    assert.equal(failed[0]?.['workflowId'], callSid);
    assert.doesNotMatch(worker.output(), /task_?token/i);
  });
});
