// Speech-to-Text loses every operation: the service submits a recording three times, not for twelve hours.
import assert from 'node:assert/strict';

import { reprocess, startCall } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { startService, type Service } from '../support/service.ts';

const CHANNELS = 2;
const SECONDS = 4.25;
/** Of each submission: every channel, in whole seconds. */
const BILLED_SECONDS = 10;

describe('a recording whose operations are lost', () => {
  let service: Service;

  before(async () => {
    service = await startService({
      env: {
        PRICE_CURRENCY: 'GBP',
        SPEECH_PRICE_PER_MINUTE: '0.06',
        LLM_PRICE_PER_MILLION_INPUT_TOKENS: '1',
        LLM_PRICE_PER_MILLION_OUTPUT_TOKENS: '1',
      },
    });
  });
  after(() => service.stop());

  const submissionsOf = async (callSid: string) => {
    const operations = await service.sandbox.operations();
    return operations.filter((operation) => operation.callSid === callSid).length;
  };

  it('is submitted three times and parked; a reprocess goes on, and the cost adds up', async () => {
    await service.sandbox.fault({
      system: 'speech',
      operation: 'BatchRecognize',
      times: 4,
      action: { loseOperation: true },
    });
    const { callSid } = await startCall(service, {
      audio: { generate: { kind: 'noise', seconds: SECONDS, channels: CHANNELS } },
      transcript: undefined,
      words: [{ channel: 1, start: 0.5, end: 2, text: 'The printer is broken.' }],
    });
    const parked = await untilStatus(service, callSid, 'FAILED', 60_000);
    assert.equal((parked['failure'] as { code: string }).code, 'SPEECH_OPERATION_LOST');
    assert.match(JSON.stringify(parked), /3 submissions came to nothing/);
    assert.equal(await submissionsOf(callSid), 3);
    const cost = parked['cost'] as Record<string, unknown>;
    assert.equal(cost['speechSeconds'], 3 * BILLED_SECONDS);
    assert.equal(cost['speech'], 0.03);
    assert.equal(cost['estimated'], true);

    await reprocess(service, callSid);
    const completed = await untilStatus(service, callSid, 'COMPLETED', 60_000);
    assert.equal(await submissionsOf(callSid), 5);
    const total = completed['cost'] as Record<string, unknown>;
    assert.equal(total['speechSeconds'], 5 * BILLED_SECONDS);
    assert.equal(total['speech'], 0.05);
    assert.equal(total['estimated'], true);
  });
});
