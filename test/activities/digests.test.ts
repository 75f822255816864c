// Each step leaves lists and searches with what it has changed, in its own transaction.
import assert from 'node:assert/strict';

import type { Step } from '../../src/domain/names.ts';
import { createDigestRepository } from '../../src/repositories/listing/digest-repository.ts';
import { startStepRig, type StepRig } from '../support/step-rig.ts';

describe('the digest of a call', () => {
  let rig: StepRig;

  before(async () => {
    rig = await startStepRig();
  });
  after(() => rig.stop());

  const STEPS: readonly (readonly [Step, readonly string[]])[] = [
    ['transcribeRecording', ['submissionId']],
    ['matchCompany', ['submissionId', 'companyName']],
    ['analyzeTranscript', ['submissionId', 'companyName', 'callAnalysisId', 'category']],
  ];

  it('follows every step, the loss of a company, and the opening of another run', async () => {
    const call = await rig.newCall();
    await call.upTo('transcribeRecording');
    for (const [step, known] of STEPS) {
      await call.attempt(step, 1);
      assert.deepEqual(await digestOf(call), known, step);
    }

    await call.redoIn('archiveRecording');
    // The run is open, and the analysis of before does not count any more.
    assert.deepEqual(await digestOf(call), ['submissionId', 'companyName']);
    const { phoneSystem } = rig.deps;
    const fetchRecording: typeof phoneSystem.fetchRecording = async (...request) => {
      const fetched = await phoneSystem.fetchRecording(...request);
      return { ...fetched, metadata: { ...fetched.metadata, snumber: 'anonymous' } };
    };
    await call.attempt('archiveRecording', 1, { phoneSystem: { ...phoneSystem, fetchRecording } });
    assert.deepEqual(await digestOf(call), ['submissionId']);
  });

  /** What the digest knows. Whatever it has is as the other rows have it. */
  async function digestOf(call: Awaited<ReturnType<StepRig['newCall']>>): Promise<string[]> {
    const { database } = rig.deps;
    const { made } = await createDigestRepository(database).mend(null);
    assert.equal(made, 0, 'no digest is outdated');
    const { id: callId } = (await call.rows()).call;
    const digest = await database.prisma.callDigest.findUniqueOrThrow({ where: { callId } });
    const { submissionId, companyName, callAnalysisId, category } = digest;
    return Object.entries({ submissionId, companyName, callAnalysisId, category }).flatMap(
      ([name, value]) => (value === null ? [] : [name]),
    );
  }
});
