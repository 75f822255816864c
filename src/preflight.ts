import './process/node-version.cjs';

import { randomUUID } from 'node:crypto';

import { Client, Connection } from '@temporalio/client';

import { readTrialRecording } from './audio/trial-recording.ts';
import { createConnectWiseQuestions } from './clients/connectwise/preflight.ts';
import { createModelQuestions } from './clients/language-model/preflight.ts';
import { createPhoneSystemQuestions } from './clients/phone-system/preflight.ts';
import { createBucketQuestions } from './clients/recording-store/preflight.ts';
import { createSpeechQuestions } from './clients/speech/preflight.ts';
import { createTemporalQuestions } from './clients/temporal/preflight.ts';
import { createServerQuestions } from './clients/transcription-server/preflight.ts';
import { createTrials } from './clients/trial/trials.ts';
import { loadGatewayConfig, loadWorkerConfig, readEnvironment } from './config.ts';
import { ConfigurationError } from './config/configuration-error.ts';
import { bucketCheck } from './preflight/checks/bucket.ts';
import { bucketObjectCheck } from './preflight/checks/bucket-object.ts';
import { clockCheck } from './preflight/checks/clock.ts';
import { configurationChecks } from './preflight/checks/configuration.ts';
import { connectWiseContactsCheck } from './preflight/checks/connectwise-contacts.ts';
import { connectWiseSitesCheck } from './preflight/checks/connectwise-sites.ts';
import { connectWiseCheck } from './preflight/checks/connectwise.ts';
import { databaseLimitsCheck } from './preflight/checks/database-limits.ts';
import { migrationsCheck } from './preflight/checks/database-migrations.ts';
import { databaseRightsCheck } from './preflight/checks/database-rights.ts';
import { databaseCheck } from './preflight/checks/database.ts';
import { envFileCheck } from './preflight/checks/env-file.ts';
import { modelContextCheck } from './preflight/checks/model-context.ts';
import { modelCheck } from './preflight/checks/model.ts';
import { phoneSystemCheck } from './preflight/checks/phone-system.ts';
import { speechModelCheck } from './preflight/checks/speech-model.ts';
import { speechCheck } from './preflight/checks/speech.ts';
import { temporalRightsCheck } from './preflight/checks/temporal-rights.ts';
import { searchAttributesCheck } from './preflight/checks/temporal-search-attributes.ts';
import { temporalCheck } from './preflight/checks/temporal.ts';
import { transcriptionServerCheck } from './preflight/checks/transcription-server.ts';
import type { Check } from './preflight/check.ts';
import { PREFLIGHT } from './preflight/command.ts';
import { toCallKey } from './preflight/live/call-key.ts';
import { askConsent } from './preflight/live/consent.ts';
import { costSentence } from './preflight/live/cost.ts';
import { runLive } from './preflight/live/run-live.ts';
import { isReady, lineOf, summaryOf, toJson } from './preflight/report.ts';
import { runChecks, type Result } from './preflight/run-checks.ts';
import { readArguments, refuseArguments } from './process/arguments.ts';
import { endWithin } from './process/end-within.ts';
import { runProcess } from './process/run-process.ts';
import { withInterruption } from './process/with-interruption.ts';
import { createDatabase } from './repositories/database.ts';
import { createDatabaseQuestions } from './repositories/preflight.ts';

type WorkerConfig = ReturnType<typeof loadWorkerConfig>;
type GatewayConfig = ReturnType<typeof loadGatewayConfig>;
type Reading<T> = {
  /** `null`: it has faults. */
  readonly config: T | null;
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
};

// Connections to what does not answer may take longer to be closed than anybody waits for.
const CLOSE_WITHIN_MS = 3_000;

/** `npm run preflight`: one recording through the outside systems, or a check of all that is configured. */
async function main(): Promise<void> {
  await (isLive ? tryLive() : checkAll());
}

/** Checks everything that the configuration points at. Everything it opens is closed here. */
async function checkAll(): Promise<void> {
  const { env, warnings } = readEnvironment();
  const worker = read((earlier) => loadWorkerConfig(env, earlier), warnings);
  const gateway = read((earlier) => loadGatewayConfig(env, earlier), warnings);
  const configuration = configurationChecks({
    faults: [...worker.faults, ...gateway.faults],
    warnings: [...worker.warnings, ...gateway.warnings],
  });

  const stack = new AsyncDisposableStack();
  try {
    await withInterruption(async (stop) => {
      const checks = [
        ...configuration,
        envFileCheck('.env'),
        ...checksOfBoth(worker.config ?? gateway.config, configuration, stack),
        ...checksOfWorker(worker.config, configuration, stack),
      ];
      return isReady(await report(checks, stop)) ? 0 : 1;
    });
  } finally {
    const exitCode = process.exitCode ?? 1;
    endWithin(CLOSE_WITHIN_MS, () => process.exit(exitCode));
    await stack.disposeAsync();
  }
}

/** Sends one recording through the outside systems, once the cost is agreed to. */
async function tryLive(): Promise<void> {
  const { env, warnings } = readEnvironment();
  const config = loadWorkerConfig(env, warnings);
  const prices = read(() => loadGatewayConfig(env), []).config?.prices ?? null;
  const callKey = flags.call === undefined ? null : toCallKey(flags.call);
  if (flags.call !== undefined && callKey === null) {
    refuseArguments(PREFLIGHT, "--call takes a call's ID,GROUP,RECORD");
  }
  const recording = flags.live === undefined ? null : await readTrialRecording(flags.live);
  const cost = costSentence(recording, config.languageModel, prices);
  await withInterruption(async (stop) => {
    if (!flags.json) console.log(cost);
    const agreed = recording === null || flags.yes || (await askConsent(stop));
    if (agreed === null)
      refuseArguments(PREFLIGHT, 'Nobody can be asked here, and --yes is missing');
    if (!agreed) return 1;
    const trials = createTrials(config, `preflight/${randomUUID()}/`);
    try {
      const asJson = flags.json;
      return (await runLive({ trials, recording, callKey, cost, asJson }, stop)) ? 0 : 1;
    } finally {
      endWithin(CLOSE_WITHIN_MS, () => process.exit(process.exitCode ?? 1));
      await trials.close();
    }
  });
}

function read<T extends { readonly warnings: readonly string[] }>(
  load: (earlier: readonly string[]) => T,
  earlier: readonly string[],
): Reading<T> {
  try {
    const config = load(earlier);
    return { config, faults: [], warnings: config.warnings };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { config: null, faults: error.faults, warnings: error.warnings };
  }
}

/** Makes the checks, and prints each result as soon as those before it are known. */
async function report(checks: readonly Check[], stop: AbortSignal): Promise<readonly Result[]> {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const results: Result[] = [];
  for (const running of runChecks(checks, stop)) {
    const result = await running;
    results.push(result);
    if (!flags.json) console.log(lineOf(result, width));
  }
  console.log(flags.json ? toJson(results) : `\n${summaryOf(results)}`);
  return results;
}

/** What the gateway and the workers both use. */
function checksOfBoth(
  config: WorkerConfig | GatewayConfig | null,
  configuration: readonly Check[],
  stack: AsyncDisposableStack,
): Check[] {
  if (config === null) return ['PostgreSQL', 'Temporal'].map((name) => unmade(name, configuration));
  const database = stack.adopt(createDatabase(config.database), (opened) => opened.close());
  const databaseQuestions = createDatabaseQuestions(database);
  const postgres = databaseCheck(databaseQuestions);

  const connection = stack.adopt(Connection.lazy(config.temporal.connection), (opened) =>
    opened.close(),
  );
  const { namespace } = config.temporal;
  const temporalQuestions = createTemporalQuestions(
    connection,
    new Client({ connection, namespace }),
  );
  const temporal = temporalCheck(temporalQuestions);
  return [
    postgres,
    migrationsCheck(databaseQuestions, [postgres]),
    databaseRightsCheck(databaseQuestions, [postgres]),
    databaseLimitsCheck(databaseQuestions, [postgres]),
    temporal,
    searchAttributesCheck(temporalQuestions, [temporal]),
    temporalRightsCheck(temporalQuestions, [temporal]),
  ];
}

/** What the workers alone use: the outside systems. */
function checksOfWorker(
  config: WorkerConfig | null,
  configuration: readonly Check[],
  stack: AsyncDisposableStack,
): Check[] {
  if (config === null) {
    const systems = ['phone system', 'bucket', 'transcription', 'ConnectWise', 'language model'];
    return systems.map((name) => unmade(name, configuration));
  }
  const phoneSystem = stack.adopt(createPhoneSystemQuestions(config.phoneSystem), (opened) =>
    opened.close(),
  );
  const bucketQuestions = createBucketQuestions(config.recordingStore);
  const bucket = bucketCheck(bucketQuestions);
  const connectWiseQuestions = createConnectWiseQuestions(config.connectwise);
  const connectWise = connectWiseCheck(connectWiseQuestions);
  const modelQuestions = createModelQuestions(config.languageModel);
  const model = modelCheck(modelQuestions);
  return [
    clockCheck([
      config.phoneSystem.url,
      config.recordingStore.apiEndpoint ?? 'https://storage.googleapis.com',
      config.connectwise.url,
      config.languageModel.baseUrl,
    ]),
    phoneSystemCheck(phoneSystem),
    bucket,
    bucketObjectCheck(bucketQuestions, [bucket]),
    ...checksOfSpeech(config.speech, stack),
    connectWise,
    connectWiseContactsCheck(connectWiseQuestions, [connectWise]),
    connectWiseSitesCheck(connectWiseQuestions, [connectWise]),
    model,
    modelContextCheck(modelQuestions, config.languageModel, [model]),
  ];
}

function checksOfSpeech(config: WorkerConfig['speech'], stack: AsyncDisposableStack): Check[] {
  if (config.provider === 'openai-compatible') {
    const server = stack.adopt(createServerQuestions(config), (opened) => opened.close());
    return [transcriptionServerCheck(server)];
  }
  const questions = stack.adopt(createSpeechQuestions(config), (opened) => opened.close());
  const speech = speechCheck(questions);
  return [speech, speechModelCheck(questions, config, [speech])];
}

/** What cannot be asked as long as the configuration does not say where. */
function unmade(name: string, configuration: readonly Check[]): Check {
  return {
    name,
    needs: configuration,
    run: () => Promise.reject(new Error('It was made although the configuration has faults.')),
  };
}

const { flags } = readArguments(PREFLIGHT);
const isLive = flags.live !== undefined || flags.call !== undefined;
await runProcess(main);
