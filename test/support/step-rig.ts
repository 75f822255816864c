import { randomInt, randomUUID } from 'node:crypto';

import { Registry } from 'prom-client';

import {
  createActivities,
  type Activities,
  type ActivitiesDeps,
} from '../../src/activities/index.ts';
import { createTally } from '../../src/activities/tally.ts';
import { createEar } from '../../src/audio/ear/ear.ts';
import { createConnectWise } from '../../src/clients/connectwise/client.ts';
import { createLanguageModel } from '../../src/clients/language-model/client.ts';
import { createPhoneSystem } from '../../src/clients/phone-system/client.ts';
import { createRecordingStore } from '../../src/clients/recording-store/client.ts';
import { createSpeechProvider } from '../../src/clients/speech-provider/client.ts';
import { createRequestQueue } from '../../src/repositories/request-queue.ts';
import { STEPS, type RedoStep, type Step } from '../../src/domain/names.ts';
import { attemptOf } from './attempt.ts';
import { createRecordingMaker } from './recordings.ts';
import { repositoriesOf } from './repositories.ts';
import { startSurroundings } from './surroundings.ts';

export type StepRig = Awaited<ReturnType<typeof startStepRig>>;

/**
 * Runs single attempts of single steps, with the real clients against the sandbox and the real
 * repositories against PostgreSQL, so that a test can hold an attempt up at any point of it.
 */
export async function startStepRig(env: Readonly<Record<string, string>> = {}) {
  const { stack, sandbox, database, config, configWith } = await startSurroundings(env);
  const { prisma } = database;
  const phoneSystem = stack.adopt(createPhoneSystem(config.phoneSystem), (opened) =>
    opened.close(),
  );
  /** The provider of transcriptions of a worker that has these variables as well. */
  const speechWith = (more: Readonly<Record<string, string>>) =>
    stack.adopt(createSpeechProvider(configWith(more).speech), (opened) => opened.close());
  const registry = new Registry();
  const deps: ActivitiesDeps = {
    ...repositoriesOf(database),
    tally: createTally(registry),
    phoneSystem,
    recordingIntegrity: config.recordingIntegrity,
    recordingStore: createRecordingStore(config.recordingStore),
    ear: stack.adopt(createEar(), (opened) => opened.close()),
    speech: speechWith({}),
    connectwise: createConnectWise(config.connectwise, createRequestQueue(database, 'connectwise')),
    excludedCompanyIds: config.connectwise.excludedCompanyIds,
    languageModel: createLanguageModel(config.languageModel),
    callerChannel: config.callerChannel,
    attemptHistory: { wasPreviousLost: async () => false },
    numberRules: config.numberRules,
    reprocessWindowMs: config.reprocessWindowMs,
  };
  const { add: addRecording } = createRecordingMaker(() => sandbox);

  /** A new call, each step of which is one activity of one run; `recording` overrules its parts. */
  async function newCall(recording: Readonly<Record<string, unknown>> = {}) {
    const key = await addRecording(recording);
    let runId: string = randomUUID();
    let scheduledTimestampMs = Date.now() + randomInt(1_000);
    let startToCloseTimeoutMs = 60_000;
    let redoFrom: RedoStep | null = null;
    let cancel: () => void = () => undefined;

    /** One attempt of a step, with the given dependencies instead of the usual ones. */
    function attempt(step: Step, number: number, instead: Partial<ActivitiesDeps> = {}) {
      const environment = attemptOf({
        activityId: String(STEPS.indexOf(step) + 1),
        attempt: number,
        scheduledTimestampMs,
        startToCloseTimeoutMs,
        workflowExecution: { workflowId: key.callSid, runId },
      });
      cancel = () => environment.cancel();
      const activities: Activities = createActivities({ ...deps, ...instead });
      const { callSid, recordgroup, recordid } = key;
      const opening = { callSid, recordgroup, recordid, redoFrom, reason: null };
      const redo = step === redoFrom;
      return step === 'openCall'
        ? environment.run(activities.openCall, opening)
        : environment.run<
            [{ callSid: string; redo: boolean }],
            unknown,
            (typeof activities)[typeof step]
          >(activities[step], { callSid, redo });
    }

    async function rows() {
      const call = await prisma.call.findUniqueOrThrow({
        where: { callSid: key.callSid },
        include: { transcript: true, analyses: true, company: true },
      });
      const logs = await prisma.processingLog.findMany({
        where: { callId: call.id },
        orderBy: { id: 'asc' },
      });
      return { call, logs };
    }

    return {
      ...key,
      attempt,
      /** Makes every attempt one of steps that Temporal scheduled so long ago. */
      scheduledAgo(ms: number) {
        scheduledTimestampMs = Date.now() - ms;
      },
      /** Gives every attempt so long, as Temporal's timeout does. */
      timesOutAfter(ms: number) {
        startToCloseTimeoutMs = ms;
      },
      /** Cancels the attempt that was begun last. */
      cancel: () => cancel(),
      /** Does every step before this one. */
      async upTo(step: Step) {
        for (const each of STEPS.slice(0, STEPS.indexOf(step))) await attempt(each, 1);
      },
      /** Opens the call in another run, which begins again at a step. */
      async redoIn(step: RedoStep) {
        runId = randomUUID();
        scheduledTimestampMs += 1;
        redoFrom = step;
        await attempt('openCall', 1);
      },
      /** Everything the database holds of the call; every write shows in an `updatedAt`. */
      rows,
      /** The same; `null` before there is a row. */
      rowsIfAny: async () =>
        (await prisma.call.count({ where: { callSid: key.callSid } })) === 0 ? null : rows(),
      hits: () => sandbox.hitsOf(key.callSid),
    };
  }

  return {
    deps,
    /** What the steps have counted. */
    registry,
    newCall,
    speechWith,
    sandbox,
    stop: () => stack.disposeAsync(),
  };
}
