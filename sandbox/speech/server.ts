import { Server, status } from '@grpc/grpc-js';
import type { SandboxContext, StandIn } from '../core/context.ts';
import type { FaultAction } from '../core/faults.ts';
import { checkRequest } from './check-request.ts';
import { acceptConnections } from './connections.ts';
import { createHandler } from './handler.ts';
import { listOperations } from './list-operations.ts';
import { describeLocation } from './locations.ts';
import { toOperationMessage, toSummary, type OperationSummary } from './operation-message.ts';
import { createOperationRunner, type OperationRunner } from './operation-runner.ts';
import {
  createOperationStore,
  type OperationStore,
  type StoredOperation,
} from './operation-store.ts';
import { LOCATIONS_SERVICE, OPERATIONS_SERVICE, SPEECH_SERVICE } from './protocol.ts';
import type { BatchRecognizeRequest, OperationMessage } from './protocol.ts';
import { callSidsOf } from './resource-names.ts';
import { rpcError } from './rpc-error.ts';

/** The speech stand-in also lists the accepted operations, each of which Google would bill. */
export type SpeechStandIn = StandIn & { operations(): OperationSummary[] };

export type SpeechOptions = {
  readonly host: string;
  readonly port: number;
  /** How long an operation takes. */
  readonly operationSeconds: number;
};

/** Starts the stand-in for Speech-to-Text v2 and its operations API, over gRPC without TLS. */
export async function startSpeech(
  context: SandboxContext,
  { host, port, operationSeconds }: SpeechOptions,
): Promise<SpeechStandIn> {
  const store = createOperationStore(context.dataDir);
  const runner = createOperationRunner({ context, store });
  const stopping = new AbortController();
  const server = new Server();
  const connections = await acceptConnections(server, { host, port });
  const handle = createHandler({ context, connections, stopping: stopping.signal });

  server.addService(SPEECH_SERVICE, {
    BatchRecognize: handle('BatchRecognize', callSidsOfRequest, (request, fault) =>
      startOperation(store, runner, operationSeconds, request, fault),
    ),
  });
  server.addService(OPERATIONS_SERVICE, {
    GetOperation: handle(
      'GetOperation',
      ({ name }) => store.find(name)?.callSids ?? [],
      ({ name }, fault) => {
        applyToOperation(store, name, fault);
        return toOperationMessage(findOperation(store, name));
      },
    ),
    ListOperations: handle(
      'ListOperations',
      () => [],
      (request) => listOperations(store.all(), request),
    ),
    CancelOperation: handle(
      'CancelOperation',
      ({ name }) => store.find(name)?.callSids ?? [],
      ({ name }) => {
        findOperation(store, name);
        const error = { code: status.CANCELLED, message: 'The operation was cancelled.' };
        store.end(name, { atMs: Date.now(), response: null, error });
        return {};
      },
    ),
  });
  server.addService(LOCATIONS_SERVICE, {
    GetLocation: handle(
      'GetLocation',
      () => [],
      ({ name }) => describeLocation(name),
    ),
  });

  return {
    port: connections.port,
    operations: () => store.all().map(toSummary),
    async stop() {
      stopping.abort();
      await connections.close();
      await runner.stop();
      store.close();
    },
  };
}

function callSidsOfRequest(request: BatchRecognizeRequest): string[] {
  const output = request.recognitionOutputConfig?.gcsOutputConfig?.uri ?? '';
  return callSidsOf([...request.files.map(({ uri }) => uri ?? ''), `${output}/`]);
}

function startOperation(
  store: OperationStore,
  runner: OperationRunner,
  operationSeconds: number,
  request: BatchRecognizeRequest,
  fault: FaultAction | null,
): OperationMessage {
  checkRequest(request);
  const operation = store.start(request, operationSeconds);
  const message = toOperationMessage(operation);
  applyToOperation(store, operation.name, fault);
  runner.schedule(operation);
  return message;
}

/** Applies the part of a fault that affects the operation itself rather than the reply. */
function applyToOperation(store: OperationStore, name: string, fault: FaultAction | null): void {
  if (fault?.loseOperation === true) {
    store.lose(name);
  }
  const { operationError, fileError, noResult } = fault ?? {};
  if (operationError !== undefined || fileError !== undefined || noResult === true) {
    store.script(name, {
      ...(operationError === undefined ? {} : { operationError }),
      ...(fileError === undefined ? {} : { fileError }),
      ...(noResult === undefined ? {} : { noResult }),
    });
  }
}

function findOperation(store: OperationStore, name: string): StoredOperation {
  const operation = store.find(name);
  if (operation === null) {
    throw rpcError('NOT_FOUND', 'Requested entity was not found.');
  }
  return operation;
}
