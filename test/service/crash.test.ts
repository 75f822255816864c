import assert from 'node:assert/strict';

import { eventsOf, startCall } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

// When a worker dies, no call is lost and nothing is paid for again.

/** Close to the smallest limit that the configuration allows; it splits the long call into three parts. */
const MODEL_READS = '12000';
const LONG_CALL = Array.from(
  { length: 500 },
  (_, index) => `Printer number ${index} of the long call hums, and prints nothing at all.`,
).join(' ');
const PARTS = 3;

describe('a worker killed while Speech-to-Text and the language model work', () => {
  let service: Service;

  before(async () => {
    // Longer than it takes to find the operation and kill the worker.
    service = await startService({
      workers: 0,
      speechSeconds: 6,
      env: { LLM_MAX_INPUT_TOKENS: MODEL_READS },
    });
  });
  after(() => service.stop());

  it('leaves its calls to another worker, which pays for neither the transcription nor the finished parts again', async function () {
    // The heartbeat timeout of 30 s, the retry interval of 5 s and the steps themselves.
    this.timeout(240_000);
    const { prisma } = service.database;
    const first = await service.startWorker();
    const { callSid: long } = await startCall(service, {
      transcript: LONG_CALL,
      faults: [{ system: 'languageModel', action: { hang: true } }],
    });
    await waitFor(
      'the notes on two of three parts to be stored',
      async () =>
        (await prisma.analysisChunk.count({ where: { call: { callSid: long } } })) === PARTS - 1 ||
        null,
      60_000,
    );
    const { callSid } = await startCall(service);
    await waitFor('the operation to be on the row', async () => {
      const call = await prisma.call.findUnique({ where: { callSid } });
      return call?.speechOperation ?? null;
    });
    await first.kill();
    await service.startWorker();
    const call = await untilStatus(service, callSid, 'COMPLETED', 100_000);
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

    await untilStatus(service, long, 'COMPLETED', 100_000);
    const asked = (await service.sandbox.hitsOf(long))['languageModel.chat.completions'];
    assert.equal(asked, PARTS + 1 + 1, 'each part, the interrupted one again, and the merge');
    const chunks = await prisma.analysisChunk.count({ where: { call: { callSid: long } } });
    assert.equal(chunks, PARTS);
  });
});
