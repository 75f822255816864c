// A transcription server of one's own takes one file at a time, and thirty calls come at once.
import assert from 'node:assert/strict';

import { startCalls } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { startService, type Service } from '../support/service.ts';

const CALLS = 30;
const TAKES_SECONDS = 0.4;

describe('a transcription server that takes one file at a time', () => {
  let service: Service;

  before(async () => {
    service = await startService({
      speechSeconds: TAKES_SECONDS,
      transcriptionsAtOnce: 1,
      env: {
        SPEECH_PROVIDER: 'openai-compatible',
        TRANSCRIPTION_CONCURRENCY: '1',
        // Thirty files take four times as long.
        TRANSCRIPTION_TIMEOUT: '3 seconds',
      },
    });
  });
  after(() => service.stop());

  it('transcribes each of thirty calls exactly once, and none is noted as failed', async () => {
    const calls = await startCalls(service, CALLS);
    for (const { callSid } of calls) await untilStatus(service, callSid, 'COMPLETED', 90_000);
    const hits = await service.sandbox.hitsByCall();
    for (const { callSid } of calls) {
      assert.equal(hits[callSid]?.['transcription.audio.transcriptions'], 1, callSid);
    }
    const failed = { attempt: { gt: 0 } };
    assert.equal(await service.database.prisma.processingLog.count({ where: failed }), 0);
  });
});
