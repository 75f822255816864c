import { Client, Connection } from '@temporalio/client';
import type { FastifyInstance } from 'fastify';

import { buildApi } from '../../src/api/build-api.ts';
import { createLinkBuilder } from '../../src/api/views.ts';
import { createBulkReprocessRuns } from '../../src/clients/temporal/bulk-reprocess-runs.ts';
import { createCallRuns } from '../../src/clients/temporal/call-runs.ts';
import { createBacklogReader } from '../../src/clients/temporal/task-queue-backlog.ts';
import { loadGatewayConfig } from '../../src/config.ts';
import { createLogger } from '../../src/process/logger.ts';
import { createBulkReprocessRepository } from '../../src/repositories/bulk-reprocess-repository.ts';
import { createCallAnalysisRepository } from '../../src/repositories/call-analysis-repository.ts';
import { createCallRepository } from '../../src/repositories/call-repository.ts';
import { createDatabase } from '../../src/repositories/database.ts';
import { createHookDeliveryRepository } from '../../src/repositories/hook-delivery-repository.ts';
import { createListingRepository } from '../../src/repositories/listing/listing-repository.ts';
import { createPaidReprocessRepository } from '../../src/repositories/paid-reprocess-repository.ts';
import { createLogFeedRepository } from '../../src/repositories/log-feed-repository.ts';
import { createProcessingLogRepository } from '../../src/repositories/processing-log-repository.ts';
import { createServiceNumbersRepository } from '../../src/repositories/service-numbers-repository.ts';
import { createSpeechOperationRepository } from '../../src/repositories/speech-operation-repository.ts';
import { createStoredWorkRepository } from '../../src/repositories/stored-work-repository.ts';
import { createTranscriptRepository } from '../../src/repositories/transcript-repository.ts';

export type TestApi = { readonly app: FastifyInstance; close(): Promise<void> };

// Nobody listens there.
const NOWHERE = '127.0.0.1:1';

/**
 * The gateway's API in this process, not listening yet. Its database is down, and so is Temporal, unless
 * it is told of one: for what the API says without them.
 */
export function buildTestApi(
  options: {
    readonly temporal?: { readonly address: string; readonly namespace: string };
    readonly env?: Readonly<Record<string, string>>;
  } = {},
): TestApi {
  const { address, namespace } = options.temporal ?? { address: NOWHERE, namespace: 'default' };
  const connection = Connection.lazy({ address });
  const url = `postgresql://nobody@${NOWHERE}/nowhere`;
  const database = createDatabase({ url, poolSize: 1 });
  const { prisma } = database;
  const client = new Client({ connection, namespace });
  const config = loadGatewayConfig({
    DATABASE_URL: url,
    // Beside all other tests, this process may be as busy as one that has to refuse requests.
    EVENT_LOOP_DELAY_MAX_MS: '0',
    ...options.env,
  });
  const app = buildApi({
    logger: createLogger('silent', 'gateway'),
    access: { publicUrl: config.publicUrl, apiKeys: config.apiKeys },
    limits: config.limits,
    hookSecrets: config.hookSecrets,
    hookDeliveries: createHookDeliveryRepository(prisma),
    trustedProxies: config.trustedProxies,
    paidReprocesses: createPaidReprocessRepository(prisma),
    readiness: { read: () => [] },
    recordings: null,
    logFeed: createLogFeedRepository(prisma),
    database,
    calls: createCallRepository(prisma),
    listings: createListingRepository(database),
    log: createProcessingLogRepository(prisma),
    transcripts: createTranscriptRepository(prisma),
    storedWork: createStoredWorkRepository(prisma),
    speechOperations: createSpeechOperationRepository(prisma),
    analyses: createCallAnalysisRepository(prisma),
    prices: config.prices,
    dailyBudget: config.dailyBudget,
    serviceNumbers: createServiceNumbersRepository(database),
    readBacklog: createBacklogReader(client, config.taskQueue),
    runs: createCallRuns(client),
    bulkReprocesses: createBulkReprocessRepository(prisma),
    bulkRuns: createBulkReprocessRuns(client),
    linksOf: createLinkBuilder(null, namespace),
    callerChannel: 1,
  });
  return {
    app,
    async close() {
      await app.close();
      await database.close();
      await connection.close();
    },
  };
}
