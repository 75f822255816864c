import { Server, ServerCredentials, status, type ServiceError } from '@grpc/grpc-js';

import { buildTestApi } from '../../support/in-process-api.ts';
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
    const { address, namespace } = temporal;
    const api = stack.adopt(buildTestApi({ temporal: { address, namespace } }), (opened) =>
      opened.close(),
    );
    const gateway = await api.app.listen({ host: '127.0.0.1', port: 0 });
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
