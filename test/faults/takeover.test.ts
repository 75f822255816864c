import assert from 'node:assert/strict';

import type { RedoStep } from '../../src/domain/names.ts';
import { startStepRig, type StepRig } from '../support/step-rig.ts';
import { PLACES } from './held-up.ts';

// A run was terminated and another one has opened its call, but an attempt of the first is still
// alive. Wherever it was held up, it leaves everything that the second run has written or is about
// to write as it is, and pays for nothing.

type Call = Awaited<ReturnType<StepRig['newCall']>>;

/** What the second run has done by the time that the first one's attempt continues. */
const PROGRESS: readonly (readonly [
  what: string,
  redo: (call: Call, step: RedoStep) => Promise<void>,
])[] = [
  ['opened the call', (call, step) => call.redoIn(step)],
  [
    'redone the step',
    async (call, step) => {
      await call.redoIn(step);
      await call.attempt(step, 1);
    },
  ],
];

describe('row 27: an attempt of a run that was superseded', () => {
  let rig: StepRig;

  before(async () => {
    rig = await startStepRig();
    // Its company is known from then on, so that a match takes no transaction.
    await (await rig.newCall()).upTo('analyzeTranscript');
  });
  after(() => rig.stop());

  for (const { step, where, holdUp, failBefore } of PLACES) {
    for (const [what, redo] of PROGRESS) {
      it(`of ${step}, held up ${where} until another run had ${what}, writes nothing`, async () => {
        const call = await rig.newCall();
        await call.upTo(step);
        if (failBefore !== undefined) {
          await assert.rejects(Promise.resolve(call.attempt(step, 1, failBefore(rig.deps))));
        }
        const number = failBefore === undefined ? 1 : 2;
        const gate = Promise.withResolvers<void>();
        const { deps, isHeld } = holdUp(rig.deps, gate.promise);

        const held = Promise.resolve(call.attempt(step, number, deps));
        await isHeld;
        await redo(call, step);
        const [before, paid] = [await call.rows(), await call.hits()];
        gate.resolve();
        await assert.rejects(held, { type: 'STEP_SUPERSEDED' });

        const after = await call.rows();
        assert.deepEqual(after.call, before.call);
        // All that it may leave is the note that it wrote nothing.
        const added = after.logs.slice(before.logs.length);
        assert.deepEqual(after.logs.slice(0, before.logs.length), before.logs);
        assert.deepEqual(
          added.map(({ attempt, code }) => [attempt, code]),
          [[number, 'STEP_SUPERSEDED']],
        );
        const hits = await call.hits();
        assert.equal(hits['speech.BatchRecognize'], paid['speech.BatchRecognize']);
      });
    }
  }
});
