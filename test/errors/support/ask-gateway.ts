import { Server, ServerCredentials, status, type ServiceError } from '@grpc/grpc-js';
import { Client, Connection } from '@temporalio/client';

import { buildApi } from '../../../src/api/build-api.ts';
import { createCallRuns } from '../../../src/clients/temporal/call-runs.ts';
import { createLinkBuilder } from '../../../src/api/views.ts';
import { loadGatewayConfig } from '../../../src/config.ts';
import { createLogger } from '../../../src/process/logger.ts';
import { createBulkReprocessRuns } from '../../../src/clients/temporal/bulk-reprocess-runs.ts';
import { createBulkReprocessRepository } from '../../../src/repositories/bulk-reprocess-repository.ts';
import { createCallAnalysisRepository } from '../../../src/repositories/call-analysis-repository.ts';
import { createCallRepository } from '../../../src/repositories/call-repository.ts';
import { createDatabase } from '../../../src/repositories/database.ts';
import { createListingRepository } from '../../../src/repositories/listing/listing-repository.ts';
import { createLogFeedRepository } from '../../../src/repositories/log-feed-repository.ts';
import { createProcessingLogRepository } from '../../../src/repositories/processing-log-repository.ts';
import { createSpeechOperationRepository } from '../../../src/repositories/speech-operation-repository.ts';
import { createHookDeliveryRepository } from '../../../src/repositories/hook-delivery-repository.ts';
import { createPaidReprocessRepository } from '../../../src/repositories/paid-reprocess-repository.ts';
import { createStoredWorkRepository } from '../../../src/repositories/stored-work-repository.ts';
import { createTranscriptRepository } from '../../../src/repositories/transcript-repository.ts';
import { startTemporal as startRealTemporal } from '../../support/temporal.ts';
import type { TemporalAnswer } from '../corpus/gateway.ts';

export type GatewayReply = {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly text: string;
};

/**
 * Submits a call to a real gateway whose Temporal gives this answer. Its database is down, so that
 * Temporal alone decides.
 */
export async function askGateway(answer: TemporalAnswer): Promise<GatewayReply> {
  const stack = new AsyncDisposableStack();
  try {
    const temporal = stack.adopt(await startTemporal(answer), (server) => server.stop());
    const connection = stack.adopt(Connection.lazy({ address: temporal.address }), (opened) =>
      opened.close(),
    );
    const url = 'postgresql://nobody@127.0.0.1:1/nowhere';
    const database = stack.adopt(createDatabase({ url, poolSize: 1 }), (opened) => opened.close());
    const { prisma } = database;
    const client = new Client({ connection, namespace: temporal.namespace });
    const { limits, prices } = loadGatewayConfig({ DATABASE_URL: url });
    const app = stack.adopt(
      buildApi({
        logger: createLogger('silent', 'gateway'),
        access: { publicUrl: null, apiKeys: [] },
        limits,
        hookSecrets: [],
        hookDeliveries: createHookDeliveryRepository(prisma),
        trustedProxies: [],
        paidReprocesses: createPaidReprocessRepository(prisma),
        database,
        calls: createCallRepository(prisma),
        listings: createListingRepository(database),
        log: createProcessingLogRepository(prisma),
        logFeed: createLogFeedRepository(prisma),
        transcripts: createTranscriptRepository(prisma),
        recordings: null,
        storedWork: createStoredWorkRepository(prisma),
        speechOperations: createSpeechOperationRepository(prisma),
        analyses: createCallAnalysisRepository(prisma),
        prices,
        runs: createCallRuns(client),
        bulkReprocesses: createBulkReprocessRepository(prisma),
        bulkRuns: createBulkReprocessRuns(client),
        linksOf: createLinkBuilder(null, 'default'),
        callerChannel: 1,
      }),
      (opened) => opened.close(),
    );
    const gateway = await app.listen({ host: '127.0.0.1', port: 0 });
    const response = await fetch(`${gateway}/calls`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ callRecordingId: '1.1', recordgroup: '1', recordid: '1' }),
    });
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      text: await response.text(),
    };
  } finally {
    await stack.disposeAsync();
  }
}

type Temporal = { readonly address: string; readonly namespace: string; stop(): void };

/** A gRPC server in place of Temporal, which only implements the start of a workflow. */
async function startTemporal(answer: TemporalAnswer): Promise<Temporal> {
  if (answer === 'no such namespace') {
    const { address } = await startRealTemporal();
    return { address, namespace: 'nowhere', stop: () => undefined };
  }
  const server = new Server();
  const asBytes = (message: Buffer) => message;
  server.addService(
    {
      StartWorkflowExecution: {
        path: '/temporal.api.workflowservice.v1.WorkflowService/StartWorkflowExecution',
        requestStream: false,
        responseStream: false,
        requestSerialize: asBytes,
        requestDeserialize: asBytes,
        responseSerialize: asBytes,
        responseDeserialize: asBytes,
      },
    },
    {
      StartWorkflowExecution: (
        _call: unknown,
        callback: (error: Partial<ServiceError> | null) => void,
      ) => {
        if (typeof answer === 'string') return;
        callback({ code: status[answer.status], details: answer.details ?? 'told by Temporal' });
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  if (answer === 'refused') server.forceShutdown();
  return {
    namespace: 'default',
    address: answer === 'unknown host' ? 'temporal.invalid:7233' : `127.0.0.1:${port}`,
    stop: () => server.forceShutdown(),
  };
}
