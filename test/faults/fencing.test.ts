import assert from 'node:assert/strict';

import { startStepRig, type StepRig } from '../support/step-rig.ts';
import { PLACES } from './held-up.ts';

// An attempt that timed out but is still alive overwrites nothing that its successor wrote, logs
// nothing twice and pays for nothing again, wherever it was held up.

describe('row 27: a zombie attempt', () => {
  let rig: StepRig;

  before(async () => {
    rig = await startStepRig();
    // Its company is known from then on, so that a match takes no transaction.
    await (await rig.newCall()).upTo('analyzeTranscript');
  });
  after(() => rig.stop());

  for (const { step, where, holdUp, failBefore } of PLACES) {
    it(`of ${step}, held up ${where}, has no further effect`, async () => {
      const call = await rig.newCall();
      await call.upTo(step);
      if (failBefore !== undefined) {
        await assert.rejects(Promise.resolve(call.attempt(step, 1, failBefore(rig.deps))));
      }
      const number = failBefore === undefined ? 1 : 2;
      const gate = Promise.withResolvers<void>();
      const { deps, isHeld } = holdUp(rig.deps, gate.promise);

      const zombie = call.attempt(step, number, deps).then(
        () => null,
        (error: unknown) => error,
      );
      await isHeld;
      await call.attempt(step, number + 1);
      const [before, paid] = [await call.rows(), await call.hits()];
      gate.resolve();
      const failure = await zombie;

      const after = await call.rows();
      assert.deepEqual(after.call, before.call);
      const doneIn = ({ logs }: typeof after) => logs.filter(({ attempt }) => attempt === 0);
      assert.deepEqual(doneIn(after), doneIn(before), String(failure));
      const hits = await call.hits();
      assert.equal(hits['speech.BatchRecognize'], paid['speech.BatchRecognize']);
    });
  }

  it('of openCall, held up until the call was COMPLETED, has no further effect', async () => {
    const call = await rig.newCall();
    await call.upTo('analyzeTranscript');
    await call.attempt('analyzeTranscript', 1);
    const before = await call.rows();
    assert.equal(before.call.callStatus, 'COMPLETED');
    await assert.rejects(Promise.resolve(call.attempt('openCall', 2)), { type: 'STEP_SUPERSEDED' });
    assert.deepEqual(await call.rows(), before);
  });
});
