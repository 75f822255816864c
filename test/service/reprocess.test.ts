import assert from 'node:assert/strict';

import type { CallKey } from '../../src/domain/call.ts';
import type { StatusReport } from '../../src/domain/call-run.ts';
import { eventsOf, startCall } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { temporalCli } from '../support/cli.ts';
import type { Json } from '../support/rig.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

// Only the failed step is repeated, not the whole call, and nothing is paid for twice.

// One lookup requests contacts twice: by their phone items, and by their default numbers.
const CONTACT_REQUESTS = 2;

describe('reprocessing', () => {
  let service: Service;

  before(async () => {
    service = await startService();
  });
  after(() => service.stop());

  /** Starts a call whose analysis is refused once, and waits until it is parked. */
  async function parkedCall(): Promise<CallKey> {
    const key = await startCall(service, {
      faults: [{ system: 'languageModel', action: { status: 401 } }],
    });
    await untilStatus(service, key.callSid, 'FAILED');
    return key;
  }

  it('shows a parked call as FAILED wherever an operator looks', async () => {
    const { callSid } = await parkedCall();

    const { body } = await service.request('GET', `/calls/${callSid}`);
    const failure = body['failure'] as { step: string; code: string; message: string };
    assert.equal(failure.step, 'analyzeTranscript');
    assert.equal(failure.code, 'MODEL_CREDENTIALS_REFUSED');
    assert.match(failure.message, /LLM_API_KEY/);

    const events = await eventsOf(service, callSid);
    assert.deepEqual(events.slice(-2), ['ANALYSIS_FAILED', 'JOB_FAILED']);

    const handle = service.client.workflow.getHandle(callSid);
    const status = await handle.query<StatusReport>('status');
    assert.deepEqual(status, {
      steps: {
        openCall: 'DONE',
        archiveRecording: 'DONE',
        transcribeRecording: 'DONE',
        matchCompany: 'DONE',
        analyzeTranscript: 'FAILED',
      },
      parked: [{ step: 'analyzeTranscript', code: 'MODEL_CREDENTIALS_REFUSED' }],
      reprocessRequests: 0,
    });

    const query = `FailureCode="MODEL_CREDENTIALS_REFUSED" AND FailedStep="analyzeTranscript" AND CallStatus="FAILED" AND WorkflowId="${callSid}" AND ExecutionStatus="Running"`;
    await waitFor('the list to show the parked run', async () => {
      return (await service.client.workflow.count(query)).count === 1;
    });

    const metadata = await handle.query<{
      readonly currentDetails?: string;
      readonly definition?: {
        readonly signalDefinitions?: readonly { readonly name: string; description?: string }[];
      };
    }>('__temporal_workflow_metadata');
    assert.match(metadata.currentDetails ?? '', /FAILED at analyzeTranscript/);
    assert.match(metadata.currentDetails ?? '', /signal `reprocess`/);
    const signal = metadata.definition?.signalDefinitions?.find(({ name }) => name === 'reprocess');
    assert.match(
      signal?.description ?? '',
      /^Resumes a failed call .*Input \(optional\): \{"from":/,
    );
  });

  it('resumes at the failed step on a signal from the CLI, and repeats no finished step', async () => {
    const { callSid } = await parkedCall();
    await temporalCli(service, `workflow signal -w ${callSid} --name reprocess`);
    const call = await untilStatus(service, callSid, 'COMPLETED');
    assert.equal(call['failure'], null);
    assert.equal(call['outcome'], 'ANALYZED');

    const hits = await service.sandbox.hitsOf(callSid);
    assert.equal(hits['phoneSystem.recordings.get'], 1);
    assert.equal(hits['storage.objects.insert'], 1);
    assert.equal(hits['speech.BatchRecognize'], 1);
    assert.equal(hits['languageModel.chat.completions'], 2);
    const events = await eventsOf(service, callSid);
    assert.equal(events.filter((event) => event === 'REPROCESS_REQUESTED').length, 1);
    assert.equal(events.filter((event) => event === 'JOB_FAILED').length, 1);

    const handle = service.client.workflow.getHandle(callSid);
    await handle.result();
    const { memo, typedSearchAttributes } = await handle.describe();
    assert.deepEqual(Object.keys(memo ?? {}).toSorted(), ['recordgroup', 'recordid']);
    const attributes = typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]);
    assert.deepEqual(
      attributes.filter(([name]) => name !== 'BuildIds'),
      [['CallStatus', 'COMPLETED']],
    );
  });

  it('completes a parked call through the gateway, with the reason in the log', async () => {
    const { callSid } = await parkedCall();
    const reply = await service.request('POST', `/calls/${callSid}/reprocess`, {
      reason: 'key renewed',
    });
    assert.equal(reply.status, 202);
    await untilStatus(service, callSid, 'COMPLETED');
    const { body } = await service.request('GET', `/calls/${callSid}/log`);
    const entries = body['entries'] as { event: string; message: string }[];
    const request = entries.find(({ event }) => event === 'REPROCESS_REQUESTED');
    assert.match(request?.message ?? '', /analyzeTranscript was requested: key renewed$/);
  });

  it('analyses a COMPLETED call again without paying for another transcription', async () => {
    const { callSid } = await startCall(service);
    await untilStatus(service, callSid, 'COMPLETED');
    const before = await service.database.prisma.call.findUniqueOrThrow({ where: { callSid } });

    const reply = await service.request('POST', `/calls/${callSid}/reprocess`);
    assert.equal(reply.status, 202);
    const after = await waitFor('the second analysis to count', async () => {
      const call = await service.database.prisma.call.findUniqueOrThrow({ where: { callSid } });
      const isAnother = call.callAnalysisId !== before.callAnalysisId;
      return call.callStatus === 'COMPLETED' && isAnother ? call : null;
    });
    const { prisma } = service.database;
    assert.equal(await prisma.callAnalysis.count({ where: { callId: before.id } }), 2);
    assert.notEqual(after.callAnalysisId, null);
    assert.deepEqual(after.startTime, before.startTime);

    const hits = await service.sandbox.hitsOf(callSid);
    assert.equal(hits['speech.BatchRecognize'], 1);
    assert.equal(hits['phoneSystem.recordings.get'], 1);
    assert.equal(hits['languageModel.chat.completions'], 2);
  });

  it('transcribes again only on request', async () => {
    const { callSid } = await startCall(service);
    const once = usageOf(await untilStatus(service, callSid, 'COMPLETED'));
    await service.request('POST', `/calls/${callSid}/reprocess`, { from: 'transcribeRecording' });
    await waitFor('the second run to end', async () => {
      const { status, historyLength } = await service.client.workflow.getHandle(callSid).describe();
      return status.name === 'COMPLETED' && historyLength > 0
        ? (await eventsOf(service, callSid)).filter((event) => event === 'JOB_COMPLETED').length ===
            2
        : null;
    });
    const hits = await service.sandbox.hitsOf(callSid);
    assert.equal(hits['speech.BatchRecognize'], 2);
    assert.equal(hits['phoneSystem.recordings.get'], 1);
    assert.equal(hits['connectwise.contacts.list'], CONTACT_REQUESTS);
    const { prisma } = service.database;
    assert.equal(await prisma.transcript.count({ where: { call: { callSid } } }), 1);

    const { body } = await service.request('GET', `/calls/${callSid}`);
    const twice = once.map((used) => 2 * used);
    assert.deepEqual(usageOf(body), twice, 'both transcriptions and analyses were paid for');
  });

  it('fetches the recording again from archiveRecording, without paying for another transcription of the same audio', async () => {
    const { callSid } = await startCall(service);
    await untilStatus(service, callSid, 'COMPLETED');
    await service.request('POST', `/calls/${callSid}/reprocess`, { from: 'archiveRecording' });
    await waitFor('the second run to end', async () => {
      const events = await eventsOf(service, callSid);
      return events.filter((event) => event === 'JOB_COMPLETED').length === 2;
    });
    const hits = await service.sandbox.hitsOf(callSid);
    assert.equal(hits['phoneSystem.recordings.get'], 2);
    assert.equal(hits['speech.BatchRecognize'], 1);
    assert.equal(hits['connectwise.contacts.list'], 2 * CONTACT_REQUESTS);
    assert.equal(hits['languageModel.chat.completions'], 2);
  });

  it('submits the audio again when the result file was deleted before it was read', async () => {
    const { callSid } = await startCall(service, {
      faults: [{ system: 'storage', operation: 'objects.media', action: { status: 404 } }],
    });
    await untilStatus(service, callSid, 'COMPLETED');
    const hits = await service.sandbox.hitsOf(callSid);
    assert.equal(hits['speech.BatchRecognize'], 2);
    const prefixes = (await service.sandbox.objects())
      .filter(({ name }) => name.startsWith(`transcripts/${callSid}/`))
      .map(({ name }) => name.split('/')[2]);
    assert.equal(new Set(prefixes).size, 2, 'each submission has a prefix of its own');
  });

  it('restarts a parked call at the finished step that the signal names', async () => {
    const { callSid } = await parkedCall();
    const handle = service.client.workflow.getHandle(callSid);
    await handle.signal('reprocess', { from: 'matchCompany', reason: 'rights corrected' });
    await untilStatus(service, callSid, 'COMPLETED');
    const hits = await service.sandbox.hitsOf(callSid);
    assert.equal(hits['connectwise.contacts.list'], 2 * CONTACT_REQUESTS);
    assert.equal(hits['speech.BatchRecognize'], 1);
    const { memo } = await handle.describe();
    assert.deepEqual(Object.keys(memo ?? {}).toSorted(), ['recordgroup', 'recordid']);
  });

  it('refuses an invalid reprocess, and one of a call in progress', async () => {
    const unknown = await service.request('POST', '/calls/1.1/reprocess', {});
    assert.equal(unknown.status, 404);

    const { callSid } = await parkedCall();
    const badStep = await service.request('POST', `/calls/${callSid}/reprocess`, {
      from: 'openCall',
    });
    assert.equal(badStep.status, 400);
    const number = await service.request('POST', `/calls/${callSid}/reprocess`, {
      reason: 'call 020 7946 0101 back',
    });
    assert.equal(number.status, 400);
    assert.doesNotMatch(JSON.stringify(number.body), /7946/);

    const slow = await startCall(service, {
      faults: [{ system: 'languageModel', action: { delayMs: 5_000 } }],
    });
    await waitFor('the model to be asked', async () => {
      const hits = await service.sandbox.hitsOf(slow.callSid);
      return hits['languageModel.chat.completions'];
    });
    const path = `/calls/${slow.callSid}/reprocess`;
    assert.equal((await service.request('POST', path)).status, 409);
    assert.equal((await service.request('POST', path, { from: 'analyzeTranscript' })).status, 409);
    await untilStatus(service, slow.callSid, 'COMPLETED');
  });
});

/** What a call has used: billed seconds of speech, input tokens and output tokens. */
function usageOf({ cost }: Json): number[] {
  const { speechSeconds, inputTokens, outputTokens } = cost as Record<string, number>;
  return [speechSeconds ?? 0, inputTokens ?? 0, outputTokens ?? 0];
}
