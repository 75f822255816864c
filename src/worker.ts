import './process/node-version.cjs';

import { fileURLToPath } from 'node:url';

import { Client } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';

import { buildWorkerApi } from './api/build-worker-api.ts';
import { createWorkerMetrics } from './api/metrics/worker-metrics.ts';
import { createEar } from './audio/ear/ear.ts';
import { createBulkReprocessActivities } from './activities/bulk-reprocess/index.ts';
import { createActivities } from './activities/index.ts';
import { createTally } from './activities/tally.ts';
import { createSiteDirectoryActivities } from './activities/site-directory/index.ts';
import { createBulkReprocessRuns } from './clients/temporal/bulk-reprocess-runs.ts';
import { createCallResumption } from './clients/temporal/call-resumption.ts';
import { createCallRuns } from './clients/temporal/call-runs.ts';
import { createAttemptHistory } from './clients/temporal/attempt-history.ts';
import { createTemporalProbes } from './clients/temporal/probes.ts';
import { createSdkMetricsReader } from './clients/temporal/sdk-metrics.ts';
import { createConnectWise } from './clients/connectwise/client.ts';
import { createLanguageModel } from './clients/language-model/client.ts';
import { createPhoneSystem } from './clients/phone-system/client.ts';
import { createRecordingStore } from './clients/recording-store/client.ts';
import { createBucketProbe } from './clients/recording-store/probe.ts';
import { ensureSearchAttributes } from './clients/temporal/search-attributes.ts';
import { ensureSiteDirectorySchedule } from './clients/temporal/site-directory-schedule.ts';
import { createSpeechProvider } from './clients/speech-provider/client.ts';
import { connected } from './clients/temporal/connection.ts';
import { WORKER_HEARTBEAT } from './clients/temporal/worker-census.ts';
import { loadWorkerConfig, readEnvironment } from './config.ts';
import { readArguments } from './process/arguments.ts';
import { untilDatabaseFits } from './process/database-at-start.ts';
import { keepDigests } from './process/keep-digests.ts';
import { startLeftBulks } from './process/start-left-bulks.ts';
import { createLogger } from './process/logger.ts';
import { createAnalysisAttemptRepository } from './repositories/analysis-attempt-repository.ts';
import { createAnalysisChunkRepository } from './repositories/analysis-chunk-repository.ts';
import { createBulkReprocessRepository } from './repositories/bulk-reprocess-repository.ts';
import { createCallAnalysisRepository } from './repositories/call-analysis-repository.ts';
import { createCallRepository } from './repositories/call-repository.ts';
import { createCallWrites } from './repositories/call-writes.ts';
import { createCompanyRepository } from './repositories/company-repository.ts';
import { createDatabase } from './repositories/database.ts';
import { createCountedDayRepository } from './repositories/listing/counted-day-repository.ts';
import { createDigestRepository } from './repositories/listing/digest-repository.ts';
import { createPaidReprocessRepository } from './repositories/paid-reprocess-repository.ts';
import { createProcessingLogRepository } from './repositories/processing-log-repository.ts';
import { createRequestQueue } from './repositories/request-queue.ts';
import { createSitePhoneRepository } from './repositories/site-phone-repository.ts';
import { createSpeechOperationRepository } from './repositories/speech-operation-repository.ts';
import { createTranscriptRepository } from './repositories/transcript-repository.ts';
import { runProcess } from './process/run-process.ts';
import { installRuntime } from './process/temporal-runtime.ts';
import { watchDependencies } from './process/watch-dependencies.ts';
import { createDatabaseProbes } from './repositories/probes.ts';

// A step spends most of its time waiting for an outside system, so one worker runs many at once; they
// share the connections to the database.
const ACTIVITIES_AT_ONCE = 100;

// By default an orchestrator kills a process 30 seconds after it was told to stop. An activity that is
// not finished by then is retried on another worker.
const SHUTDOWN_GRACE = '25 seconds';

/** The worker process: everything it uses is opened here and closed here, in reverse order. */
async function main(): Promise<void> {
  const { env, warnings } = readEnvironment();
  const config = loadWorkerConfig(env, warnings);
  const logger = createLogger(config.logLevel, 'worker');
  for (const warning of config.warnings) logger.warn(warning);
  const sdkMetricsPort = await installRuntime(logger, WORKER_HEARTBEAT);

  const { connection: connectionOptions, namespace } = config.temporal;
  const stack = new AsyncDisposableStack();
  try {
    const connection = stack.adopt(
      await connected(NativeConnection.connect(connectionOptions)),
      (opened) => opened.close(),
    );
    const client = new Client({ connection, namespace });
    const { identity } = client.options;
    const database = stack.adopt(createDatabase(config.database), (opened) => opened.close());
    const stopping = new AbortController();
    const readiness = watchDependencies(
      {
        ...createDatabaseProbes(database),
        ...createTemporalProbes(client, config.taskQueue, identity),
        bucket: createBucketProbe(config.recordingStore),
      },
      logger,
      stopping.signal,
    );
    // Before what they ask is closed.
    stack.defer(async () => {
      stopping.abort();
      await readiness.ended;
    });
    const metrics = createWorkerMetrics({
      readiness,
      database,
      readSdkMetrics: createSdkMetricsReader(sdkMetricsPort),
    });
    const app = stack.adopt(
      buildWorkerApi({
        logger,
        database,
        readiness,
        metrics,
        access: { publicUrl: null, apiKeys: config.apiKeys },
        failedKeysPerMinute: config.failedKeysPerMinute,
      }),
      (opened) => opened.close(),
    );
    // Before anything is waited for, so that a worker that cannot begin tells why.
    await app.listen({ host: config.host, port: config.metricsPort });

    const attributes = await ensureSearchAttributes(connection, namespace);
    if (attributes.warning !== null) {
      logger.warn({ code: attributes.warning.code }, attributes.warning.message);
    }
    const schedule = await ensureSiteDirectorySchedule(client, config.taskQueue);
    // Calls are processed without the schedule; only the numbers of sites are not kept up to date.
    if (!schedule.exists) logger.warn({ code: schedule.code }, schedule.message);

    const isWanted = await untilDatabaseFits((signal) => database.check(signal), logger);
    if (!isWanted) return;
    const phoneSystem = stack.adopt(createPhoneSystem(config.phoneSystem), (opened) =>
      opened.close(),
    );
    const speech = stack.adopt(createSpeechProvider(config.speech), (opened) => opened.close());
    const ear = stack.adopt(createEar(), (opened) => opened.close());
    const { prisma } = database;
    const bulkReprocesses = createBulkReprocessRepository(prisma);
    const sitePhones = createSitePhoneRepository(prisma);
    const connectwise = createConnectWise(
      config.connectwise,
      createRequestQueue(database, 'connectwise'),
    );
    const { numberRules } = config;

    const worker = await Worker.create({
      connection,
      namespace,
      // By it the worker finds itself among those that Temporal hears of.
      identity,
      taskQueue: config.taskQueue,
      ...(config.workflowBundle === null
        ? { workflowsPath: fileURLToPath(new URL('workflows/index.ts', import.meta.url)) }
        : { workflowBundle: { codePath: config.workflowBundle } }),
      activities: {
        ...createActivities({
          database,
          tally: createTally(metrics.registry),
          calls: createCallRepository(prisma),
          callWrites: createCallWrites(database),
          companies: createCompanyRepository(prisma),
          sitePhones,
          analyses: createCallAnalysisRepository(prisma),
          analysisAttempts: createAnalysisAttemptRepository(prisma),
          chunks: createAnalysisChunkRepository(prisma),
          transcripts: createTranscriptRepository(prisma),
          speechOperations: createSpeechOperationRepository(prisma),
          log: createProcessingLogRepository(prisma),
          attemptHistory: createAttemptHistory(client),
          phoneSystem,
          recordingIntegrity: config.recordingIntegrity,
          recordingStore: createRecordingStore(config.recordingStore),
          ear,
          speech,
          connectwise,
          excludedCompanyIds: config.connectwise.excludedCompanyIds,
          languageModel: createLanguageModel(config.languageModel),
          callerChannel: config.callerChannel,
          numberRules,
          reprocessWindowMs: config.reprocessWindowMs,
        }),
        ...createBulkReprocessActivities({
          database,
          calls: createCallRepository(prisma),
          log: createProcessingLogRepository(prisma),
          bulkReprocesses,
          paidReprocesses: createPaidReprocessRepository(prisma),
          paidReprocessesPerDay: config.paidReprocessesPerDay,
          runs: createCallRuns(client, config.taskQueue),
          resumption: createCallResumption(client, config.taskQueue),
        }),
        ...createSiteDirectoryActivities({
          database,
          sitePhones,
          connectwise,
          region: numberRules.region,
        }),
      },
      maxConcurrentActivityTaskExecutions: ACTIVITIES_AT_ONCE,
      shutdownGraceTime: SHUTDOWN_GRACE,
    });
    logger.info({ taskQueue: config.taskQueue, namespace }, 'The worker takes calls.');
    const digests = createDigestRepository(database);
    const countedDays = createCountedDayRepository(database);
    const toServiceError = (error: unknown) => database.toServiceError(error);
    const kept = keepDigests({ digests, countedDays, toServiceError, logger }, stopping.signal);
    const bulkRuns = createBulkReprocessRuns(client, config.taskQueue);
    const started = startLeftBulks(
      {
        listLeft: async () => bulkReprocesses.listLeft(await database.currentTime()),
        startUnlessKnown: (id) => bulkRuns.startUnlessKnown(id),
        logger,
      },
      stopping.signal,
    );
    // Before the database is closed, also when the worker fails.
    stack.defer(async () => {
      stopping.abort();
      await Promise.all([kept, started]);
    });
    await worker.run();
    logger.info('The worker has shut down.');
  } finally {
    await stack.disposeAsync();
  }
}

readArguments({
  name: 'npm run worker',
  does: 'Processes calls: takes the steps of their workflows from Temporal. Ends on SIGTERM or Ctrl-C, within 30 seconds. Several may run side by side.',
  environment: {
    DATABASE_URL: 'The PostgreSQL database; required.',
    'TEMPORAL_*': 'Where Temporal is and how to reach it (default: 127.0.0.1:7233).',
    METRICS_PORT:
      'Where /healthz, /readyz and /metrics are answered (default: 9464); 0, any free port, lets several workers run on one machine.',
    HOST: 'The address to listen on for these (default: 127.0.0.1).',
    TASK_QUEUE: 'Where calls wait for workers; the same for gateway and workers.',
    '.env':
      'Is read too, if there is one; .env.example explains these names and those of the outside systems.',
  },
});
await runProcess(main, 'METRICS_PORT');
