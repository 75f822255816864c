import assert from 'node:assert/strict';

import type { ActivitiesDeps } from '../../src/activities/index.ts';
import type { RedoStep } from '../../src/domain/names.ts';

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

/** Every place between an answer and its use at which an attempt can be held up. */
export const PLACES: readonly (readonly [step: RedoStep, where: string, hold: Hold])[] = [
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
    'after it found no result',
    ({ recordingStore }, gate) => {
      const { held, isHeld } = hold(recordingStore.listObjects, gate);
      return { deps: { recordingStore: { ...recordingStore, listObjects: held } }, isHeld };
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
