// Guarantees that no transcript and no analysis of a call is lost when another takes its place, and that each says what made it.
import assert from 'node:assert/strict';

import type { AnalysesReply, TranscriptsReply } from '../../src/api/history-schemas.ts';
import { eventsOf, startCall } from '../support/calls.ts';
import { untilStatus } from '../support/conditions.ts';
import { COMPANY, SPOKEN_WORD } from '../support/recordings.ts';
import { startService, type Service } from '../support/service.ts';
import { waitFor } from '../support/wait-for.ts';

const NUMBER = '+441144960000';
const OWN_NUMBER = '+442079460000';

describe('what was made of a call', () => {
  let service: Service;

  before(async () => {
    service = await startService();
  });
  after(() => service.stop());

  async function redo(callSid: string, from: string): Promise<void> {
    const ends = async () =>
      (await eventsOf(service, callSid)).filter((event) => event === 'JOB_COMPLETED').length;
    const before = await ends();
    const { status } = await service.request('POST', `/calls/${callSid}/reprocess`, { from });
    assert.equal(status, 202);
    await waitFor('the call to be completed again', async () => (await ends()) > before);
  }

  const transcriptsOf = async (callSid: string) =>
    ((await service.request('GET', `/calls/${callSid}/transcripts`)).body as TranscriptsReply)
      .transcripts;
  const analysesOf = async (callSid: string) =>
    ((await service.request('GET', `/calls/${callSid}/analyses`)).body as AnalysesReply).analyses;

  it('keeps every transcript and every analysis, with what each was made by', async () => {
    const recording = await startCall(service);
    const { callSid } = recording;
    await untilStatus(service, callSid, 'COMPLETED');
    const [first] = await transcriptsOf(callSid);
    await service.sandbox.addRecording({
      callRecordingId: callSid,
      recordgroup: recording.recordgroup,
      recordid: recording.recordid,
      audio: { generate: { kind: 'noise', seconds: 3 } },
      metadata: { snumber: NUMBER, cnumber: OWN_NUMBER },
      transcript: 'The second recording is about a scanner.',
    });
    await redo(callSid, 'archiveRecording');

    const transcripts = await transcriptsOf(callSid);
    assert.equal(transcripts.length, 2);
    const [earlier, current] = transcripts;
    assert.ok(first && earlier && current);
    assert.deepEqual(earlier, { ...first, isCurrent: false }, 'it is kept as it was');
    assert.match(earlier.text, new RegExp(SPOKEN_WORD));
    assert.match(current.text, /scanner/);
    assert.deepEqual([earlier.isCurrent, current.isCurrent], [false, true]);
    assert.ok(earlier.at < current.at);
    assert.notEqual(earlier.runId, current.runId);
    assert.notEqual(earlier.submissionId, current.submissionId);
    for (const each of transcripts) {
      assert.equal(each.provider, 'google');
      assert.notEqual(each.model, '');
      assert.match(each.languageCode ?? '', /^en/);
      assert.ok(each.billedSeconds !== null && each.billedSeconds > 0);
    }
    const { body } = await service.request('GET', `/calls/${callSid}/transcript`);
    assert.equal(body['text'], current.text);

    const analyses = await analysesOf(callSid);
    assert.deepEqual(
      analyses.map(({ isCurrent, runId, submissionId, languageCode }) => ({
        isCurrent,
        runId,
        submissionId,
        languageCode,
      })),
      transcripts.map(({ isCurrent, runId, submissionId, languageCode }) => ({
        isCurrent,
        runId,
        submissionId,
        languageCode,
      })),
    );
    for (const each of analyses) {
      assert.equal(each.company?.name, COMPANY.name);
      assert.match(each.promptVersion, /^\d+$/);
      assert.ok(each.inputTokens > 0 && each.outputTokens > 0);
      assert.notEqual(each.analysis, null);
    }
  });

  it('has no current analysis while the call is not COMPLETED, and is empty before the first', async () => {
    const { callSid } = await startCall(service, {
      faults: [{ system: 'languageModel', action: { status: 401 } }],
    });
    await untilStatus(service, callSid, 'FAILED');
    assert.deepEqual(await analysesOf(callSid), []);
    assert.equal((await transcriptsOf(callSid)).length, 1);
    await redo(callSid, 'analyzeTranscript');
    await service.sandbox.fault({
      system: 'languageModel',
      callSid,
      times: 1,
      skip: 0,
      action: { status: 401 },
    });
    await service.request('POST', `/calls/${callSid}/reprocess`);
    await untilStatus(service, callSid, 'FAILED');
    assert.deepEqual(
      (await analysesOf(callSid)).map(({ isCurrent }) => isCurrent),
      [false],
    );
    for (const what of ['transcripts', 'analyses']) {
      const { status } = await service.request('GET', `/calls/1.1/${what}`);
      assert.equal(status, 404);
    }
  });

  it('names the companies that share the number of an ambiguous match, until it is decided', async () => {
    const recording = await service.addRecording();
    const { callSid, recordgroup, recordid } = recording;
    const otherId = 9_101;
    const other = { id: otherId, identifier: 'Twin', name: 'Twin Sites Ltd' };
    const contact = { id: 190_101, firstName: 'Ann', lastName: 'Other', company: { id: otherId } };
    const communicationItems = [{ value: numberOf(callSid) }];
    await service.sandbox.addConnectWise({
      companies: [other],
      contacts: [{ ...contact, communicationItems }],
    });
    await service.request('POST', '/calls', { callRecordingId: callSid, recordgroup, recordid });
    const call = await untilStatus(service, callSid, 'COMPLETED');
    assert.deepEqual([call['companyMatch'], call['company']], ['AMBIGUOUS', null]);
    assert.deepEqual(call['companyCandidates'], [
      { connectwiseId: String(COMPANY.id), name: COMPANY.name },
      { connectwiseId: String(otherId), name: other.name },
    ]);

    await service.sandbox.addConnectWise({
      contacts: [{ ...contact, inactiveFlag: true, communicationItems }],
    });
    await redo(callSid, 'matchCompany');
    const { body } = await service.request('GET', `/calls/${callSid}`);
    assert.deepEqual([body['companyMatch'], body['companyCandidates']], ['MATCHED', []]);
  });

  /** Every caller has a number of its own, in the order of the recordings. */
  function numberOf(callSid: string): string {
    const index = Number(callSid.split('.')[1]);
    return `+44114496${String(index).padStart(4, '0')}`;
  }
});
