import './process/node-version.cjs';

import { Client, Connection } from '@temporalio/client';

import { buildApi } from './api/build-api.ts';
import { createBulkReprocessRuns } from './clients/temporal/bulk-reprocess-runs.ts';
import { createRecordingReader } from './clients/recording-store/reader.ts';
import { createCallRuns } from './clients/temporal/call-runs.ts';
import { createBucketProbe } from './clients/recording-store/probe.ts';
import { createTemporalProbes } from './clients/temporal/probes.ts';
import { createBacklogReader } from './clients/temporal/task-queue-backlog.ts';
import { createLinkBuilder } from './api/views.ts';
import { consolePages } from './console/console.ts';
import { loadGatewayConfig, readEnvironment } from './config.ts';
import { readArguments } from './process/arguments.ts';
import { watchDatabase } from './process/database-at-start.ts';
import { endWithin } from './process/end-within.ts';
import { createLogger } from './process/logger.ts';
import { createBulkReprocessRepository } from './repositories/bulk-reprocess-repository.ts';
import { createCallAnalysisRepository } from './repositories/call-analysis-repository.ts';
import { createCallRepository } from './repositories/call-repository.ts';
import { createDatabase } from './repositories/database.ts';
import { createListingRepository } from './repositories/listing/listing-repository.ts';
import { createLogFeedRepository } from './repositories/log-feed-repository.ts';
import { createProcessingLogRepository } from './repositories/processing-log-repository.ts';
import { createServiceNumbersRepository } from './repositories/service-numbers-repository.ts';
import { createSpeechOperationRepository } from './repositories/speech-operation-repository.ts';
import { createHookDeliveryRepository } from './repositories/hook-delivery-repository.ts';
import { createPaidReprocessRepository } from './repositories/paid-reprocess-repository.ts';
import { createStoredWorkRepository } from './repositories/stored-work-repository.ts';
import { createTranscriptRepository } from './repositories/transcript-repository.ts';
import { watchDependencies } from './process/watch-dependencies.ts';
import { createDatabaseProbes } from './repositories/probes.ts';
import { runProcess } from './process/run-process.ts';

// `docker stop` kills a process ten seconds after SIGTERM. Running requests have five seconds to end; a
// database or a Temporal that does not answer could take longer than the rest to be closed.
const SHUTDOWN_MS = 8_000;

/** The gateway process: everything it uses is opened here and closed here, in reverse order. */
async function main(): Promise<void> {
  const { env, warnings } = readEnvironment();
  const config = loadGatewayConfig(env, warnings);
  const logger = createLogger(config.logLevel, 'gateway');
  for (const warning of config.warnings) logger.warn(warning);

  const stack = new AsyncDisposableStack();
  try {
    const database = stack.adopt(createDatabase(config.database), (opened) => opened.close());
    // Lazy, so that the gateway starts, and answers 503, while Temporal is unavailable.
    const connection = stack.adopt(Connection.lazy(config.temporal.connection), (opened) =>
      opened.close(),
    );
    const { namespace } = config.temporal;
    const { prisma } = database;
    const client = new Client({ connection, namespace });

    const stopping = new AbortController();
    const readiness = watchDependencies(
      {
        ...createDatabaseProbes(database),
        ...createTemporalProbes(client, config.taskQueue),
        ...(config.recordingStore === null
          ? {}
          : { bucket: createBucketProbe(config.recordingStore) }),
      },
      logger,
      stopping.signal,
    );
    // Before what they ask is closed.
    stack.defer(async () => {
      stopping.abort();
      await readiness.ended;
    });

    const app = stack.adopt(
      buildApi({
        logger,
        readiness,
        access: { publicUrl: config.publicUrl, apiKeys: config.apiKeys },
        limits: config.limits,
        hookSecrets: config.hookSecrets,
        hookDeliveries: createHookDeliveryRepository(prisma),
        trustedProxies: config.trustedProxies,
        paidReprocesses: createPaidReprocessRepository(prisma),
        database,
        calls: createCallRepository(prisma),
        listings: createListingRepository(database),
        log: createProcessingLogRepository(prisma),
        logFeed: createLogFeedRepository(prisma),
        transcripts: createTranscriptRepository(prisma),
        recordings:
          config.recordingStore === null ? null : createRecordingReader(config.recordingStore),
        storedWork: createStoredWorkRepository(prisma),
        speechOperations: createSpeechOperationRepository(prisma),
        analyses: createCallAnalysisRepository(prisma),
        prices: config.prices,
        dailyBudget: config.dailyBudget,
        serviceNumbers: createServiceNumbersRepository(database),
        readBacklog: createBacklogReader(client, config.taskQueue),
        runs: createCallRuns(client, config.taskQueue),
        bulkReprocesses: createBulkReprocessRepository(prisma),
        bulkRuns: createBulkReprocessRuns(client, config.taskQueue),
        linksOf: createLinkBuilder(config.temporalUiUrl, namespace),
        callerChannel: config.callerChannel,
      }),
      (opened) => opened.close(),
    );
    void app.register(consolePages);
    if (config.apiKeys.length === 0) {
      logger.info('There are no API_KEYS: everybody on this machine may do everything.');
    }
    await app.listen({ host: config.host, port: config.port });
    void watchDatabase((signal) => database.check(signal), logger, stopping.signal);
    await untilStopSignal();
    stopping.abort();
    logger.info('The gateway is shutting down.');
    endWithin(SHUTDOWN_MS, () => logger.warn('The gateway ends although something is still open.'));
  } finally {
    await stack.disposeAsync();
  }
}

function untilStopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

readArguments({
  name: 'npm run gateway',
  does: 'Serves the HTTP API: takes calls, and tells what became of them. Ends on SIGTERM or Ctrl-C, within ten seconds.',
  environment: {
    DATABASE_URL: 'The PostgreSQL database; required.',
    'TEMPORAL_*': 'Where Temporal is and how to reach it (default: 127.0.0.1:7233).',
    TASK_QUEUE: 'Where calls wait for workers; the same for gateway and workers.',
    RECORDINGS_BUCKET: 'The archive, so that recordings can be listened to.',
    'HOST, PORT': 'Where to listen (default: 127.0.0.1, 3000).',
    '.env': 'Is read too, if there is one; .env.example explains these names and the others.',
  },
});
await runProcess(main);
