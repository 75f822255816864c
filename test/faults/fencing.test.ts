import assert from 'node:assert/strict';

import type { ActivitiesDeps } from '../../src/activities/index.ts';
import type { Step } from '../../src/domain/names.ts';
import { startStepRig, type StepRig } from '../support/step-rig.ts';

// An attempt that timed out but is still alive overwrites nothing that its successor wrote, logs
// nothing twice and pays for nothing again, wherever it was held up.

type Held = { readonly deps: Partial<ActivitiesDeps>; readonly isHeld: Promise<void> };
type Hold = (deps: ActivitiesDeps, gate: Promise<void>) => Held;

/** Lets a function do its work but holds back its result, between an answer and its use. */
function hold<Args extends unknown[], T>(work: (...args: Args) => Promise<T>, gate: Promise<void>) {
  const reached = Promise.withResolvers<void>();
  return {
    isHeld: reached.promise,
    async held(...args: Args): Promise<T> {
      const result = await work(...args);
      reached.resolve();
      await gate;
      return result;
    },
  };
}

function googleOf({ speech }: ActivitiesDeps) {
  assert.ok(speech.provider === 'google');
  return speech;
}

const PLACES: readonly (readonly [step: Step, where: string, hold: Hold])[] = [
  [
    'archiveRecording',
    'after it read the row',
    ({ calls }, gate) => {
      const { held, isHeld } = hold(calls.findByCallSid, gate);
      return { deps: { calls: { ...calls, findByCallSid: held } }, isHeld };
    },
  ],
  [
    'archiveRecording',
    'after the recording was stored',
    ({ recordingStore }, gate) => {
      const { held, isHeld } = hold(recordingStore.saveRecording, gate);
      return { deps: { recordingStore: { ...recordingStore, saveRecording: held } }, isHeld };
    },
  ],
  [
    'transcribeRecording',
    'before it reserved a submission',
    ({ transcripts }, gate) => {
      const { held, isHeld } = hold(transcripts.findByCall, gate);
      return { deps: { transcripts: { ...transcripts, findByCall: held } }, isHeld };
    },
  ],
  [
    'transcribeRecording',
    'after it found no operation',
    (deps, gate) => {
      const speech = googleOf(deps);
      const { held, isHeld } = hold(speech.findOperation, gate);
      return { deps: { speech: { ...speech, findOperation: held } }, isHeld };
    },
  ],
  [
    'transcribeRecording',
    'after it submitted',
    (deps, gate) => {
      const speech = googleOf(deps);
      const { held, isHeld } = hold(speech.submit, gate);
      return { deps: { speech: { ...speech, submit: held } }, isHeld };
    },
  ],
  [
    'transcribeRecording',
    'after it read the result',
    ({ recordingStore }, gate) => {
      const { held, isHeld } = hold(recordingStore.readText, gate);
      return { deps: { recordingStore: { ...recordingStore, readText: held } }, isHeld };
    },
  ],
  [
    'matchCompany',
    'after ConnectWise answered',
    ({ connectwise }, gate) => {
      const { held, isHeld } = hold(connectwise.findByPhone, gate);
      return { deps: { connectwise: { ...connectwise, findByPhone: held } }, isHeld };
    },
  ],
  [
    'analyzeTranscript',
    'after the language model answered',
    ({ languageModel }, gate) => {
      const { held, isHeld } = hold(languageModel.analyze, gate);
      return { deps: { languageModel: { analyze: held } }, isHeld };
    },
  ],
];

describe('row 27: a zombie attempt', () => {
  let rig: StepRig;

  before(async () => {
    rig = await startStepRig();
  });
  after(() => rig.stop());

  for (const [step, where, holdUp] of PLACES) {
    it(`of ${step}, held up ${where}, has no further effect`, async () => {
      const call = await rig.newCall();
      await call.upTo(step);
      const gate = Promise.withResolvers<void>();
      const { deps, isHeld } = holdUp(rig.deps, gate.promise);

      const zombie = call.attempt(step, 1, deps).then(
        () => null,
        (error: unknown) => error,
      );
      await isHeld;
      await call.attempt(step, 2);
      const [before, paid] = [await call.rows(), await call.hits()];
      gate.resolve();
      const failure = await zombie;

      const after = await call.rows();
      assert.deepEqual(after.call, before.call);
      assert.deepEqual(
        after.logs.filter(({ attempt }) => attempt === 0),
        before.logs,
        String(failure),
      );
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
