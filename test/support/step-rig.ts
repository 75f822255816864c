import { randomInt, randomUUID } from 'node:crypto';

import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';

import {
  createActivities,
  type Activities,
  type ActivitiesDeps,
} from '../../src/activities/index.ts';
import { createConnectWise } from '../../src/clients/connectwise/client.ts';
import { createLanguageModel } from '../../src/clients/language-model/client.ts';
import { createPhoneSystem } from '../../src/clients/phone-system/client.ts';
import { createRecordingStore } from '../../src/clients/recording-store/client.ts';
import { createSpeechProvider } from '../../src/clients/speech-provider/client.ts';
import { loadWorkerConfig } from '../../src/config.ts';
import { STEPS, type RedoStep, type Step } from '../../src/domain/names.ts';
import { createAnalysisChunkRepository } from '../../src/repositories/analysis-chunk-repository.ts';
import { createCallAnalysisRepository } from '../../src/repositories/call-analysis-repository.ts';
import { createCallRepository } from '../../src/repositories/call-repository.ts';
import { createCompanyRepository } from '../../src/repositories/company-repository.ts';
import { createDatabase } from '../../src/repositories/database.ts';
import { createProcessingLogRepository } from '../../src/repositories/processing-log-repository.ts';
import { createSitePhoneRepository } from '../../src/repositories/site-phone-repository.ts';
import { createTranscriptRepository } from '../../src/repositories/transcript-repository.ts';
import { sandboxEnvironment } from '../../sandbox/environment.ts';
import { createTestDatabase } from './postgres.ts';
import { createSandboxClient } from './sandbox-client.ts';
import { startTemporarySandbox } from './temporary-sandbox.ts';
import { createRecordingMaker } from './recordings.ts';

export type StepRig = Awaited<ReturnType<typeof startStepRig>>;

/**
 * Runs single attempts of single steps, with the real clients against the sandbox and the real
 * repositories against PostgreSQL, so that a test can hold one attempt up between any two of its moves.
 */
export async function startStepRig(env: Readonly<Record<string, string>> = {}) {
  const stack = new AsyncDisposableStack();
  const testDatabase = await createTestDatabase();
  stack.defer(() => testDatabase.drop());
  const temporary = await startTemporarySandbox(0);
  stack.defer(() => temporary.stop());
  const sandbox = createSandboxClient(temporary.addresses.controlUrl);
  const configWith = (more: Readonly<Record<string, string>>) =>
    loadWorkerConfig({
      ...sandboxEnvironment(temporary.addresses),
      DATABASE_URL: testDatabase.url,
      CONNECTWISE_REQUESTS_PER_MINUTE: '10000',
      ...env,
      ...more,
    });
  const config = configWith({});
  const database = stack.adopt(createDatabase(config.database), (opened) => opened.close());
  const { prisma } = database;
  const phoneSystem = stack.adopt(createPhoneSystem(config.phoneSystem), (opened) =>
    opened.close(),
  );
  /** A provider of transcriptions as a worker with these variables more would have it. */
  const speechWith = (more: Readonly<Record<string, string>>) =>
    stack.adopt(createSpeechProvider(configWith(more).speech), (opened) => opened.close());
  const deps: ActivitiesDeps = {
    database,
    calls: createCallRepository(prisma),
    companies: createCompanyRepository(prisma),
    sitePhones: createSitePhoneRepository(prisma),
    analyses: createCallAnalysisRepository(prisma),
    chunks: createAnalysisChunkRepository(prisma),
    transcripts: createTranscriptRepository(prisma),
    log: createProcessingLogRepository(prisma),
    phoneSystem,
    recordingStore: createRecordingStore(config.recordingStore),
    speech: speechWith({}),
    connectwise: createConnectWise(config.connectwise),
    excludedCompanyIds: config.connectwise.excludedCompanyIds,
    languageModel: createLanguageModel(config.languageModel),
    callerChannel: config.callerChannel,
    attemptHistory: { wasPreviousLost: async () => false },
    numberRules: config.numberRules,
    reprocessWindowMs: config.reprocessWindowMs,
  };
  const recordings = createRecordingMaker(() => sandbox);

  /** A new call, each step of which is one activity of one run; `recording` overrules its parts. */
  async function newCall(recording: Readonly<Record<string, unknown>> = {}) {
    const key = await recordings.add(recording);
    let runId: string = randomUUID();
    let scheduledTimestampMs = Date.now() + randomInt(1_000);
    let redoFrom: RedoStep | null = null;
    let cancel: () => void = () => undefined;

    /** One attempt of a step, with the given dependencies instead of the usual ones. */
    function attempt(step: Step, number: number, instead: Partial<ActivitiesDeps> = {}) {
      const environment = new MockActivityEnvironment(
        {
          activityId: String(STEPS.indexOf(step) + 1),
          attempt: number,
          scheduledTimestampMs,
          workflowExecution: { workflowId: key.callSid, runId },
        },
        // A zombie is meant to fail; what it says of it would hide the results.
        { logger: new DefaultLogger('ERROR') },
      );
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
    newCall,
    speechWith,
    sandbox,
    stop: () => stack.disposeAsync(),
  };
}
