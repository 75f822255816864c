import assert from 'node:assert/strict';

import type { ActivitiesDeps } from '../../src/activities/index.ts';
import type { RedoStep } from '../../src/domain/names.ts';
import { ServiceError } from '../../src/domain/service-error.ts';

type Held = { readonly deps: Partial<ActivitiesDeps>; readonly isHeld: Promise<void> };
type Hold = (deps: ActivitiesDeps, gate: Promise<void>) => Held;

export type Place = {
  readonly step: RedoStep;
  readonly where: string;
  readonly holdUp: Hold;
  /** How an attempt failed before the one that is held up. Without it, that one is the first. */
  readonly failBefore?: (deps: ActivitiesDeps) => Partial<ActivitiesDeps>;
};

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
export const PLACES: readonly Place[] = [
  {
    step: 'archiveRecording',
    where: 'after it read the row',
    holdUp: ({ calls }, gate) => {
      const { held, isHeld } = hold(calls.findByCallSid, gate);
      return { deps: { calls: { ...calls, findByCallSid: held } }, isHeld };
    },
  },
  {
    step: 'archiveRecording',
    where: 'after the recording was stored',
    holdUp: ({ recordingStore }, gate) => {
      const { held, isHeld } = hold(recordingStore.saveRecording, gate);
      return { deps: { recordingStore: { ...recordingStore, saveRecording: held } }, isHeld };
    },
  },
  {
    step: 'transcribeRecording',
    where: 'before it reserved a submission',
    holdUp: ({ calls }, gate) => {
      const { held, isHeld } = hold(calls.findByCallSid, gate);
      return { deps: { calls: { ...calls, findByCallSid: held } }, isHeld };
    },
  },
  {
    step: 'transcribeRecording',
    where: 'after it found no result',
    holdUp: ({ recordingStore }, gate) => {
      const { held, isHeld } = hold(recordingStore.listObjects, gate);
      return { deps: { recordingStore: { ...recordingStore, listObjects: held } }, isHeld };
    },
    // A first attempt looks for nothing.
    failBefore: (deps) => {
      const submit = () => Promise.reject(new ServiceError('SPEECH_UNAVAILABLE', 'It is away.'));
      return { speech: { ...googleOf(deps), submit } };
    },
  },
  {
    step: 'transcribeRecording',
    where: 'after it submitted',
    holdUp: (deps, gate) => {
      const speech = googleOf(deps);
      const { held, isHeld } = hold(speech.submit, gate);
      return { deps: { speech: { ...speech, submit: held } }, isHeld };
    },
  },
  {
    step: 'transcribeRecording',
    where: 'after it read the result',
    holdUp: ({ recordingStore }, gate) => {
      const { held, isHeld } = hold(recordingStore.readText, gate);
      return { deps: { recordingStore: { ...recordingStore, readText: held } }, isHeld };
    },
  },
  {
    step: 'matchCompany',
    where: 'after ConnectWise answered',
    holdUp: ({ connectwise }, gate) => {
      const { held, isHeld } = hold(connectwise.findByPhone, gate);
      return { deps: { connectwise: { ...connectwise, findByPhone: held } }, isHeld };
    },
  },
  {
    step: 'analyzeTranscript',
    where: 'after the language model answered',
    holdUp: ({ languageModel }, gate) => {
      const { held, isHeld } = hold(languageModel.analyze, gate);
      return { deps: { languageModel: { analyze: held } }, isHeld };
    },
  },
];
