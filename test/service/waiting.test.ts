// What GET /calls/:callSid tells about a call that does not go on: while a step is tried again, while no worker takes the call up, and when its run was closed without a word.
import assert from 'node:assert/strict';

import { reprocess, startCall, submit } from '../support/calls.ts';
import { untilCompleted, untilRow, untilStatus } from '../support/conditions.ts';
import { temporalCli } from '../support/cli.ts';
import type { OwnProcess } from '../support/own-process.ts';
import type { Json } from '../support/rig.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

type Told = {
  readonly step: string;
  readonly attempt: number;
  readonly code: string;
  readonly message: string;
  readonly since: string;
  readonly nextAttemptAt: string | null;
};

const MODEL_REFUSES_ONCE = [{ system: 'languageModel', action: { status: 401 } }];
const CONNECTWISE_IS_AWAY = [{ system: 'connectwise', times: 1_000, action: { status: 503 } }];

describe('GET /calls/:callSid', () => {
  let service: Service;
  let worker: OwnProcess;

  before(async () => {
    service = await startService({ workers: 0 });
    worker = await service.startWorker();
  });
  after(() => service.stop());

  const read = async (callSid: string): Promise<Json> =>
    (await service.request('GET', `/calls/${callSid}`)).body;

  const untilWaiting = (callSid: string, what: string, isIt: (waiting: Told) => boolean) =>
    waitFor(`${callSid} to wait, ${what}`, async () => {
      const call = await read(callSid);
      // A call that no worker has opened yet has no reply of its own.
      const waiting = (call['waiting'] ?? null) as Told | null;
      return waiting !== null && isIt(waiting) ? { call, waiting } : null;
    });

  const parkedCall = async () => {
    const { callSid } = await startCall(service, { faults: MODEL_REFUSES_ONCE });
    await untilStatus(service, callSid, 'FAILED');
    return callSid;
  };

  it('tells which step is tried again, since when, why, when next and what helps; so does the row; and nothing once the step is done', async () => {
    const { callSid } = await startCall(service, { faults: CONNECTWISE_IS_AWAY });
    const { call, waiting } = await untilWaiting(
      callSid,
      'with three attempts behind it',
      ({ attempt, nextAttemptAt }) => attempt >= 3 && nextAttemptAt !== null,
    );
    assert.equal(waiting.step, 'matchCompany');
    assert.equal(waiting.code, 'CONNECTWISE_UNAVAILABLE');
    assert.match(waiting.message, /503/);
    const due = Date.parse(waiting.nextAttemptAt ?? '') - Date.now();
    assert.ok(due > -5_000 && due <= 60_000, `${due} ms until the next attempt`);
    assert.ok(Date.parse(waiting.since) <= Date.now() - 2_000, 'since the first failure');
    assert.equal(call['status'], 'PROCESSING');
    assert.equal(call['failure'], null);
    assert.match(
      String(call['explanation']),
      /^The company could not be looked up so far\. Asking ConnectWise failed: it answered 503 \(host 127\.0\.0\.1:\d+\)\. It has been tried \d+ times since .* UTC and is tried again by itself, next .*\. Wait until ConnectWise answers again\.$/,
    );

    const row = await untilRow(
      service,
      callSid,
      'waiting',
      ({ waitingAttempt }) => (waitingAttempt ?? 0) >= 3,
    );
    assert.deepEqual(
      [row.waitingStep, row.waitingCode],
      ['matchCompany', 'CONNECTWISE_UNAVAILABLE'],
    );
    assert.equal(row.waitingSince?.toISOString(), waiting.since);
    assert.ok(row.waitingNextAt !== null && row.waitingMessage !== null);

    await service.sandbox.clearFaults();
    const completed = await untilStatus(service, callSid, 'COMPLETED');
    assert.equal(completed['waiting'], null);
    const after = await untilCompleted(service, callSid);
    assert.deepEqual(
      [after.waitingStep, after.waitingCode, after.waitingSince, after.waitingNextAt],
      [null, null, null, null],
    );
  });

  it('shows that a request waits while no worker runs, and that it is done when one does', async () => {
    const parked = await parkedCall();
    const done = await startCall(service);
    await untilStatus(service, done.callSid, 'COMPLETED');
    await service.client.workflow.getHandle(done.callSid).result();
    await worker.stop();
    for (const callSid of [parked, done.callSid]) {
      assert.equal((await reprocess(service, callSid))?.status, 202);
      const { call, waiting } = await untilWaiting(callSid, 'for a worker', () => true);
      assert.equal(waiting.code, 'TEMPORAL_NO_WORKER');
      assert.match(String(call['explanation']), /No worker has taken the call up since .* UTC/);
      assert.match(String(call['explanation']), /npm run worker/);
      assert.doesNotMatch(String(call['explanation']), /signal/);
    }
    worker = await service.startWorker();
    await untilStatus(service, parked, 'COMPLETED');
    await waitFor('the completed call to be analysed again', async () => {
      const hits = await service.sandbox.hitsOf(done.callSid);
      return hits['languageModel.chat.completions'] === 2;
    });
    await waitFor('nothing to wait', async () => (await read(done.callSid))['waiting'] === null);
  });

  it('says what to do about a run that was terminated at work, and that works', async () => {
    const key = await startCall(service, { faults: CONNECTWISE_IS_AWAY });
    const { callSid } = key;
    await untilWaiting(callSid, 'at work', () => true);
    await temporalCli(service, `workflow terminate -w ${callSid}`);
    const call = await untilStatus(service, callSid, 'FAILED');
    const { code, step } = call['failure'] as Told;
    assert.deepEqual([code, step], ['RUN_CLOSED', 'matchCompany']);
    assert.equal(call['waiting'], null);
    assert.match(
      String(call['explanation']),
      /terminated.* Submit the call again, or ask the gateway/,
    );
    await service.sandbox.clearFaults();
    assert.equal((await submit(service, key)).status, 202);
    await untilStatus(service, callSid, 'COMPLETED');
  });

  it('does not advise a signal for a parked run that was terminated, but what a closed run takes', async () => {
    const callSid = await parkedCall();
    assert.match(String((await read(callSid))['explanation']), /send the signal reprocess/);
    await temporalCli(service, `workflow terminate -w ${callSid}`);
    const call = await read(callSid);
    const { code, message } = call['failure'] as Told;
    assert.equal(code, 'MODEL_CREDENTIALS_REFUSED');
    for (const text of [message, String(call['explanation'])]) {
      assert.doesNotMatch(text, /signal/);
      assert.match(text, /ask the gateway to reprocess the call/);
    }
    assert.equal((await reprocess(service, callSid))?.status, 202);
    await untilStatus(service, callSid, 'COMPLETED');
  });

  it('follows a run that was reset', async () => {
    const callSid = await parkedCall();
    await temporalCli(
      service,
      `workflow reset -w ${callSid} --type FirstWorkflowTask --reason test`,
    );
    await untilStatus(service, callSid, 'COMPLETED');
  });

  it('answers from the row while Temporal is away', async () => {
    const { callSid } = await startCall(service, { faults: CONNECTWISE_IS_AWAY });
    await untilRow(service, callSid, 'waiting', ({ waitingStep }) => waitingStep !== null);
    await service.temporal.kill();
    const { status, body } = await service.request('GET', `/calls/${callSid}`);
    assert.equal(status, 200);
    assert.equal((body['waiting'] as Told).code, 'CONNECTWISE_UNAVAILABLE');
    assert.match(String(body['explanation']), /^The company could not be looked up so far\./);
  });
});
