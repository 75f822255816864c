import assert from 'node:assert/strict';

import type { CallKey } from '../../src/domain/call.ts';
import { eventsOf, startCall, startCalls, submit } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { temporalCli } from '../support/cli.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

// Every action of an operator with the Temporal CLI takes effect in the database as well as in Temporal.

describe('an operator with the Temporal CLI', () => {
  let service: Service;

  before(async () => {
    service = await startService();
  });
  after(() => service.stop());

  const start = ({ callSid, recordgroup, recordid }: CallKey) =>
    temporalCli(
      service,
      `workflow start --type CallProcessingWorkflow -t call-processing -w ${callSid} --id-reuse-policy AllowDuplicate`,
      ['-i', JSON.stringify({ callSid, recordgroup, recordid })],
    );

  it('starts a call as the gateway does, and the gateway recognises it', async () => {
    const key = await service.addRecording({
      faults: [{ system: 'languageModel', action: { status: 401 } }],
    });
    await start(key);
    await untilStatus(service, key.callSid, 'FAILED');
    const query = `CallStatus="FAILED" AND WorkflowId="${key.callSid}"`;
    await waitFor('the list to show it', async () => {
      return (await service.client.workflow.count(query)).count === 1;
    });
    assert.equal((await submit(service, key)).status, 200);
    await temporalCli(service, `workflow signal -w ${key.callSid} --name reprocess`);
    await untilStatus(service, key.callSid, 'COMPLETED');
  });

  it('starts a COMPLETED call, which is skipped and logged as such', async () => {
    const key = await startCall(service);
    await untilStatus(service, key.callSid, 'COMPLETED');
    const handle = service.client.workflow.getHandle(key.callSid);
    await handle.result();
    await start(key);
    const result = (await handle.result()) as { outcome: unknown };
    assert.equal(result.outcome, null);
    const events = await eventsOf(service, key.callSid);
    assert.deepEqual(events.slice(-2), ['JOB_COMPLETED', 'SKIPPED']);
    const hits = await service.sandbox.hitsOf(key.callSid);
    assert.equal(hits['languageModel.chat.completions'], 1);
    const { typedSearchAttributes } = await handle.describe();
    const status = typedSearchAttributes
      .getAll()
      .find(({ key: { name } }) => name === 'CallStatus');
    assert.equal(status?.value, 'COMPLETED');
  });

  it('cancels a run, which leaves the call FAILED with the code CANCELLED', async () => {
    const key = await startCall(service, {
      faults: [{ system: 'languageModel', action: { status: 401 } }],
    });
    await untilStatus(service, key.callSid, 'FAILED');
    await temporalCli(service, `workflow cancel -w ${key.callSid}`);
    const handle = service.client.workflow.getHandle(key.callSid);
    await handle.result().catch(() => undefined);
    assert.equal((await handle.describe()).status.name, 'CANCELLED');
    const { body } = await service.request('GET', `/calls/${key.callSid}`);
    const failure = body['failure'] as { step: string; code: string };
    assert.deepEqual([body['status'], failure.code], ['FAILED', 'CANCELLED']);
    assert.equal(failure.step, 'analyzeTranscript');

    const reply = await service.request('POST', `/calls/${key.callSid}/reprocess`);
    assert.equal(reply.status, 202);
    await untilStatus(service, key.callSid, 'COMPLETED');
    const hits = await service.sandbox.hitsOf(key.callSid);
    assert.equal(hits['speech.BatchRecognize'], 1, 'what the cancelled run stored is reused');
  });

  // test/field/19-cancelled-and-asked-again.md
  it('cancels a parked run, and a reprocess that the gateway takes at once afterwards is done', async () => {
    const key = await startCall(service, {
      faults: [{ system: 'languageModel', action: { status: 401 } }],
    });
    await untilStatus(service, key.callSid, 'FAILED');
    await service.client.workflow.getHandle(key.callSid).cancel();
    const replies = await Promise.all([
      service.request('POST', `/calls/${key.callSid}/reprocess`, {}),
      service.request('POST', `/calls/${key.callSid}/reprocess`, {}),
    ]);
    // The second of two may find the call at work already.
    assert.ok(replies.some(({ status }) => status === 202));
    for (const { status, body } of replies) {
      if (status !== 202) assert.equal(body['code'], 'CALL_IN_PROGRESS');
    }
    await untilStatus(service, key.callSid, 'COMPLETED');
  });

  it('asks with a NUL in the reason, which ruins nothing, by the gateway or by a signal', async () => {
    const { callSid } = await startCall(service);
    await untilStatus(service, callSid, 'COMPLETED');
    const handle = service.client.workflow.getHandle(callSid);
    await handle.result();
    const refused = await service.request('POST', `/calls/${callSid}/reprocess`, {
      reason: 'a\u0000b',
    });
    assert.deepEqual([refused.status, refused.body['code']], [400, 'INVALID_INPUT']);
    await service.client.workflow.signalWithStart('CallProcessingWorkflow', {
      workflowId: callSid,
      taskQueue: 'call-processing',
      args: [await keyOf(callSid)],
      signal: 'reprocess',
      signalArgs: [{ reason: 'a\u0000b' }],
    });
    await handle.result();
    await untilStatus(service, callSid, 'COMPLETED');
    const { body } = await service.request('GET', `/calls/${callSid}/log`);
    assert.match(JSON.stringify(body), /was requested: a b"/);
  });

  async function keyOf(callSid: string): Promise<CallKey> {
    const { prisma } = service.database;
    const select = { callSid: true, recordgroup: true, recordid: true };
    return prisma.call.findUniqueOrThrow({ where: { callSid }, select });
  }

  it('resumes all calls that failed for the same reason with one batch signal', async () => {
    const keys = await startCalls(service, 5, {
      faults: [{ system: 'connectwise', action: { status: 403 } }],
    });
    for (const { callSid } of keys) await untilStatus(service, callSid, 'FAILED');
    const query = 'FailureCode="CONNECTWISE_CREDENTIALS_REFUSED" AND ExecutionStatus="Running"';
    await waitFor('the list to show them all', async () => {
      return (await service.client.workflow.count(query)).count === keys.length;
    });
    await temporalCli(service, 'workflow signal --name reprocess --rps 20 --reason test --yes', [
      '--query',
      query,
    ]);
    for (const { callSid } of keys) await untilStatus(service, callSid, 'COMPLETED');
  });
});

describe('a reprocess window that has expired', () => {
  it('closes the run as Failed and keeps the reason, and the gateway can still reprocess the call', async () => {
    const service = await startService({ env: { REPROCESS_WINDOW: '2 seconds' } });
    try {
      const { callSid } = await startCall(service, {
        faults: [{ system: 'languageModel', action: { status: 401 } }],
      });
      const handle = service.client.workflow.getHandle(callSid);
      await assert.rejects(handle.result(), /failed/i);
      const { body } = await service.request('GET', `/calls/${callSid}`);
      const failure = body['failure'] as { code: string };
      assert.deepEqual([body['status'], failure.code], ['FAILED', 'MODEL_CREDENTIALS_REFUSED']);

      await service.request('POST', `/calls/${callSid}/reprocess`);
      await untilStatus(service, callSid, 'COMPLETED');
      const hits = await service.sandbox.hitsOf(callSid);
      assert.equal(hits['speech.BatchRecognize'], 1);
    } finally {
      await service.stop();
    }
  });
});
