import assert from 'node:assert/strict';

import { eventsOf, startCall } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

// A transcription server does not know our IDs, so each of its answers is stored immediately: the
// death of a worker costs at most the request that it interrupts.

describe('a worker killed while a transcription server works', () => {
  let service: Service;

  before(async () => {
    service = await startService({ env: { SPEECH_PROVIDER: 'openai-compatible' }, workers: 0 });
  });
  after(() => service.stop());

  it('leaves its call to another worker, which repeats only the unanswered channel', async function () {
    // The heartbeat timeout of 30 s, the retry interval of 5 s and the steps themselves.
    this.timeout(240_000);
    const first = await service.startWorker();
    const { callSid } = await startCall(service, {
      audio: { generate: { kind: 'noise', seconds: 2, channels: 2 } },
      faults: [{ system: 'transcription', skip: 1, action: { hang: true } }],
    });
    const sent = async () =>
      (await service.sandbox.hitsOf(callSid))['transcription.audio.transcriptions'] ?? 0;
    await waitFor('the second channel to be sent', async () => (await sent()) === 2, 60_000);
    await first.kill();
    await service.startWorker();
    const call = await untilStatus(service, callSid, 'COMPLETED', 100_000);
    assert.equal(call['outcome'], 'ANALYZED');
    assert.equal(await sent(), 3);
    const logged = await eventsOf(service, callSid);
    assert.equal(logged.filter((event) => event === 'TRANSCRIPTION_SUCCESS').length, 1);
  });
});
