// Guarantees that the receipt of a reprocess says beforehand, to the unit, what the stand-ins count afterwards.
import assert from 'node:assert/strict';

import { REDO_STEPS, type RedoStep } from '../../src/domain/names.ts';
import type { ReceiptReply } from '../../src/api/reprocess-schemas.ts';
import { eventsOf, startCall as startAnyCall } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { startModelMeter, type ModelMeter } from '../support/model-meter.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

const FROM: readonly (RedoStep | undefined)[] = [undefined, ...REDO_STEPS];

/** How a call is made to fail at each step. */
const FAULTS = {
  archiveRecording: { system: 'phoneSystem', action: { status: 401 } },
  transcribeRecording: {
    system: 'speech',
    operation: 'BatchRecognize',
    action: { status: 'INVALID_ARGUMENT' },
  },
  matchCompany: { system: 'connectwise', action: { status: 403 } },
  analyzeTranscript: { system: 'languageModel', action: { status: 401 } },
} as const;

/** What the stand-ins have counted for a call. */
type Counted = {
  readonly fetched: number;
  readonly transcribed: number;
  readonly lookedUp: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
};

describe('the receipt of a reprocess', () => {
  let service: Service;
  let meter: ModelMeter;

  before(async () => {
    meter = await startModelMeter();
    service = await startService({ env: { LLM_BASE_URL: meter.baseUrl } });
    meter.passOnTo(new URL(service.addresses.languageModelBaseUrl).origin);
  });
  after(async () => {
    await service.stop();
    await meter.close();
  });

  let lengths = 0;

  /** Each audio is another, and its length is far from a whole second, so that what is billed for it is known. */
  function startCall(of: Service, more: Readonly<Record<string, unknown>> = {}) {
    lengths += 1;
    const audio = { generate: { kind: 'noise', seconds: 1.5 + lengths / 8_000 } };
    return startAnyCall(of, { audio, ...more });
  }

  async function receiptOf(callSid: string, from?: RedoStep): Promise<ReceiptReply> {
    const query = from === undefined ? '' : `?from=${from}`;
    const { status, body } = await service.request('GET', `/calls/${callSid}/reprocess${query}`);
    assert.equal(status, 200, JSON.stringify(body));
    return body as ReceiptReply;
  }

  async function countOf(callSid: string): Promise<Counted> {
    const hits = await service.sandbox.hitsOf(callSid);
    const operations = await service.sandbox.operations();
    return {
      fetched: hits['phoneSystem.recordings.get'] ?? 0,
      // What Google would bill, whoever asked for it.
      transcribed: operations.filter((one) => one.callSid === callSid).length,
      lookedUp: hits['connectwise.contacts.list'] ?? 0,
      ...meter.usedBy(callSid),
    };
  }

  /** Reprocesses a call, and checks what the stand-ins count against the receipt from before. */
  async function reprocessAndCheck(
    callSid: string,
    from: RedoStep | undefined,
    { isChanged = false, isLookedUp = true } = {},
  ): Promise<ReceiptReply> {
    const receipt = await receiptOf(callSid, from);
    const before = await countOf(callSid);
    const completions = await completionsOf(callSid);
    const reply = await service.request('POST', `/calls/${callSid}/reprocess`, {
      ...(from === undefined ? {} : { from }),
    });
    assert.equal(reply.status, 202, JSON.stringify(reply.body));
    await waitFor(`${callSid} to be completed again`, async () => {
      return (await completionsOf(callSid)) > completions;
    });
    const after = await countOf(callSid);
    const what = `${callSid} from ${from}: ${JSON.stringify(receipt)}`;
    const does = (runs: string) => runs === 'yes' || (runs === 'ifContentChanged' && isChanged);
    const [archive, transcribe, match, analyze] = receipt.steps;
    assert.ok(archive && transcribe && match && analyze);

    assert.equal(after.fetched - before.fetched, does(archive.runs) ? 1 : 0, what);
    assert.equal(after.lookedUp > before.lookedUp, does(match.runs) && isLookedUp, what);

    const operations = after.transcribed - before.transcribed;
    assert.equal(operations, does(transcribe.pays) ? 1 : 0, what);
    const seconds = operations * (await billedSecondsOf(callSid));
    if (!isChanged && transcribe.lastPaid !== null && transcribe.pays === 'yes') {
      assert.equal(seconds, transcribe.lastPaid.speechSeconds, what);
    }

    const paid = {
      inputTokens: after.inputTokens - before.inputTokens,
      outputTokens: after.outputTokens - before.outputTokens,
    };
    assert.equal(paid.inputTokens > 0, does(analyze.pays), what);
    if (analyze.lastPaid !== null && analyze.pays === 'yes') {
      assert.deepEqual(
        paid,
        {
          inputTokens: analyze.lastPaid.inputTokens - (analyze.kept?.inputTokens ?? 0),
          outputTokens: analyze.lastPaid.outputTokens - (analyze.kept?.outputTokens ?? 0),
        },
        what,
      );
    }
    return receipt;
  }

  async function completionsOf(callSid: string): Promise<number> {
    const events = await eventsOf(service, callSid);
    return events.filter((event) => event === 'JOB_COMPLETED').length;
  }

  /** Of one transcription, as Google bills it: whole seconds, each channel separately. */
  async function billedSecondsOf(callSid: string): Promise<number> {
    const { body } = await service.request('GET', `/calls/${callSid}`);
    return Math.ceil(Number(body['recordingSeconds']));
  }

  async function completed(more?: Readonly<Record<string, unknown>>): Promise<string> {
    const { callSid } = await startCall(service, more);
    await untilStatus(service, callSid, 'COMPLETED');
    return callSid;
  }

  it('is right for a COMPLETED call, from every step', async () => {
    const callSid = await completed();
    for (const from of FROM) {
      const receipt = await reprocessAndCheck(callSid, from);
      assert.equal(receipt.from, from ?? 'analyzeTranscript');
      const [, transcribe, , analyze] = receipt.steps;
      assert.equal(analyze?.runs, 'yes');
      assert.equal(transcribe?.lastPaid?.speechSeconds, await billedSecondsOf(callSid));
    }
  });

  for (const [step, fault] of Object.entries(FAULTS)) {
    it(`is right for a call that failed at ${step}, from every step`, async () => {
      await Promise.all(
        FROM.map(async (from) => {
          const { callSid } = await startCall(service, { faults: [fault] });
          await untilStatus(service, callSid, 'FAILED');
          const isBranch = step === 'transcribeRecording' || step === 'matchCompany';
          if (isBranch) await untilOtherBranchIsDone(callSid);
          await reprocessAndCheck(callSid, from);
        }),
      );
    });

    it(`is right for a call that failed at ${step} when it was redone`, async () => {
      const callSid = await completed();
      await service.sandbox.fault({ ...fault, callSid, times: 1, skip: 0 });
      await service.request('POST', `/calls/${callSid}/reprocess`, {
        from: step === 'analyzeTranscript' ? 'matchCompany' : step,
      });
      await untilStatus(service, callSid, 'FAILED');
      const [, transcribe] = (await receiptOf(callSid)).steps;
      if (step === 'archiveRecording') assert.equal(transcribe?.runs, 'ifContentChanged');
      await reprocessAndCheck(callSid, undefined);
    });
  }

  /** A call fails at one branch while the other one is still at work. */
  async function untilOtherBranchIsDone(callSid: string): Promise<void> {
    await waitFor(`the other branch of ${callSid} to be done`, async () => {
      const { steps } = await service.client.workflow
        .getHandle(callSid)
        .query<{ steps: Record<string, string> }>('status');
      return steps['transcribeRecording'] !== 'RUNNING' && steps['matchCompany'] !== 'RUNNING';
    });
  }

  it('is right for a caller who withheld the number, from every step', async () => {
    const callSid = await completed({
      metadata: { snumber: 'anonymous', cnumber: '+442079460000' },
    });
    for (const from of FROM) await reprocessAndCheck(callSid, from, { isLookedUp: false });
  });

  it('is right for a call in which nothing was said', async () => {
    const callSid = await completed({ words: [], transcript: undefined });
    for (const from of FROM) {
      const { steps } = await reprocessAndCheck(callSid, from);
      assert.notEqual(steps[3]?.runs, 'yes');
    }
  });

  it('is right for a call that was cancelled', async () => {
    const { callSid } = await startCall(service, { faults: [FAULTS.matchCompany] });
    await untilStatus(service, callSid, 'FAILED');
    await untilOtherBranchIsDone(callSid);
    const handle = service.client.workflow.getHandle(callSid);
    await handle.cancel();
    await handle.result().catch(() => undefined);
    await reprocessAndCheck(callSid, undefined);
  });

  it('is right for a recording that has become another', async () => {
    const recording = await startCall(service);
    const { callSid } = recording;
    await untilStatus(service, callSid, 'COMPLETED');
    await service.sandbox.addRecording({
      callRecordingId: callSid,
      recordgroup: recording.recordgroup,
      recordid: recording.recordid,
      audio: { generate: { kind: 'noise', seconds: 3 } },
      metadata: { snumber: '+441144960000', cnumber: '+442079460000' },
      transcript: `Something else about ticket ${callSid.replace('.', ' ')} please.`,
    });
    // The words may differ with the audio, so only what runs can be known, not its tokens.
    const before = await countOf(callSid);
    const { steps } = await receiptOf(callSid, 'archiveRecording');
    assert.equal(steps[1]?.runs, 'ifContentChanged');
    await service.request('POST', `/calls/${callSid}/reprocess`, { from: 'archiveRecording' });
    await waitFor('the second run to end', async () => (await completionsOf(callSid)) === 2);
    const after = await countOf(callSid);
    assert.equal(after.transcribed - before.transcribed, 1);
  });

  it('counts the notes of a long call, and keeps those that are paid for already', async () => {
    const { callSid } = await service.addRecording();
    const [second, index] = callSid.split('.');
    const words = Array.from({ length: 12_000 }, (_, at) => ({
      channel: 1,
      start: at / 12_000,
      end: (at + 1) / 12_000,
      // The meter finds the call in each of the parts.
      // The words differ, as nobody repeats one a thousand times in a second.
      text: at % 8 === 0 ? `ticket ${second} ${index}` : `printer${at}`,
    }));
    const long = await completed({ callRecordingId: callSid, words, transcript: undefined });
    const { prisma } = service.database;
    assert.ok((await prisma.analysisChunk.count({ where: { call: { callSid: long } } })) >= 2);
    for (const from of FROM) await reprocessAndCheck(long, from);

    // The request that merges the notes is refused, so the notes are paid for and the rest is not.
    const chunks = await prisma.analysisChunk.groupBy({
      by: ['index'],
      where: { call: { callSid: long } },
    });
    await service.sandbox.fault({
      system: 'languageModel',
      callSid: long,
      times: 1,
      skip: chunks.length,
      action: { status: 401 },
    });
    await service.request('POST', `/calls/${long}/reprocess`);
    await untilStatus(service, long, 'FAILED');
    const receipt = await reprocessAndCheck(long, undefined);
    assert.ok((receipt.steps[3]?.kept?.inputTokens ?? 0) > 0);
  });

  it('refuses what the reprocess would refuse', async () => {
    const unknown = await service.request('GET', '/calls/1.1/reprocess');
    assert.equal(unknown.status, 404);
    const { callSid } = await startCall(service, {
      faults: [{ system: 'languageModel', action: { delayMs: 3_000 } }],
    });
    const path = `/calls/${callSid}/reprocess`;
    await waitFor('the model to be asked', async () => {
      const hits = await service.sandbox.hitsOf(callSid);
      return hits['languageModel.chat.completions'];
    });
    assert.equal((await service.request('GET', path)).status, 409);
    assert.equal((await service.request('GET', `${path}?from=matchCompany`)).status, 200);
    assert.equal((await service.request('GET', `${path}?from=openCall`)).status, 400);
    assert.equal((await service.request('GET', `${path}?since=openCall`)).status, 400);
    await untilStatus(service, callSid, 'COMPLETED');
  });
});
