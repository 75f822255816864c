// Guarantees that a match made from other numbers no longer holds.
import assert from 'node:assert/strict';

import { startStepRig, type StepRig } from '../support/step-rig.ts';

describe('a recording that is fetched again', () => {
  let rig: StepRig;

  before(async () => {
    rig = await startStepRig();
  });
  after(() => rig.stop());

  it('keeps the company when its numbers are unchanged', async () => {
    const call = await matchedCall();
    const { call: before } = await call.rows();
    await call.redoIn('archiveRecording');
    await call.attempt('archiveRecording', 1);
    const { call: row } = await call.rows();
    assert.equal(before.companyMatch, 'MATCHED');
    assert.deepEqual([row.companyMatch, row.companyId], ['MATCHED', before.companyId]);
  });

  it('loses the company that was matched by other numbers, and is matched by the new ones', async () => {
    const call = await matchedCall();
    await call.redoIn('archiveRecording');
    const { phoneSystem } = rig.deps;
    const fetchRecording: typeof phoneSystem.fetchRecording = async (...request) => {
      const fetched = await phoneSystem.fetchRecording(...request);
      return { ...fetched, metadata: { ...fetched.metadata, snumber: 'anonymous' } };
    };
    await call.attempt('archiveRecording', 1, { phoneSystem: { ...phoneSystem, fetchRecording } });
    const { call: row } = await call.rows();
    assert.deepEqual(
      [row.companyMatch, row.companyId, row.externalPhoneNumber],
      [null, null, null],
    );

    // Another run, which was not asked to redo the match, because the previous one was cancelled.
    await call.redoIn('analyzeTranscript');
    await call.attempt('matchCompany', 1);
    assert.equal((await call.rows()).call.companyMatch, 'WITHHELD');
  });

  async function matchedCall() {
    const call = await rig.newCall();
    await call.upTo('analyzeTranscript');
    return call;
  }
});
