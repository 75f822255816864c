import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { FaultAction } from '../core/faults.ts';
import { openJournal } from '../core/journal.ts';
import { v2, type BatchRecognizeRequest } from './protocol.ts';
import { callSidsOf, parseRecognizer } from './resource-names.ts';

/** How a scripted operation ends. */
type ScriptedEnd = Pick<FaultAction, 'operationError' | 'fileError' | 'noResult'>;

/** How an operation ended; Google's operations have been seen to end with neither response nor error. */
type OperationEnd = {
  readonly atMs: number;
  /** A BatchRecognizeResponse, encoded, in base64. */
  readonly response: string | null;
  /** The number of a gRPC status. */
  readonly error: { readonly code: number; readonly message: string } | null;
};

/** An accepted BatchRecognize, which Google would bill. Times are Unix milliseconds. */
export type StoredOperation = {
  readonly name: string;
  readonly callSids: readonly string[];
  /** The request, encoded, in base64. */
  readonly request: string;
  readonly createdAtMs: number;
  readonly finishesAtMs: number;
  /** Chosen at the start, so that a result that is written again after a crash has the same name. */
  readonly transcriptId: string;
  readonly scripted: ScriptedEnd;
  readonly end: OperationEnd | null;
  /** A lost operation can no longer be found, but it was billed. */
  readonly lost: boolean;
};

type Entry =
  | { readonly type: 'started'; readonly operation: StoredOperation }
  | { readonly type: 'scripted'; readonly name: string; readonly scripted: ScriptedEnd }
  | { readonly type: 'ended'; readonly name: string; readonly end: OperationEnd }
  | { readonly type: 'lost'; readonly name: string };

export type OperationStore = {
  start(request: BatchRecognizeRequest, operationSeconds: number): StoredOperation;
  /** Every operation ever accepted, oldest first. */
  all(): StoredOperation[];
  /** Null if there is no such operation, or if it was lost. */
  find(name: string): StoredOperation | null;
  /** Changes how a running operation will end; no-op once it has ended. */
  script(name: string, scripted: ScriptedEnd): void;
  /** The first end counts; no-op for an operation that has ended or was lost. */
  end(name: string, end: OperationEnd): void;
  lose(name: string): void;
  close(): void;
};

/** Opens the operations of a data folder. What was acknowledged survives a kill -9. */
export function createOperationStore(dataDir: string): OperationStore {
  const path = join(dataDir, 'speech', 'operations.jsonl');
  const { journal, entries } = openJournal<Entry>(path);
  const operations = new Map<string, StoredOperation>();
  entries.forEach((entry) => apply(operations, entry));

  function record(entry: Entry): void {
    journal.append(entry);
    apply(operations, entry);
  }

  function isRunning(name: string): boolean {
    const operation = operations.get(name);
    return operation !== undefined && operation.end === null && !operation.lost;
  }

  return {
    start(request, operationSeconds) {
      const operation = toOperation(request, operationSeconds);
      record({ type: 'started', operation });
      return operation;
    },
    all: () => [...operations.values()],
    find(name) {
      const operation = operations.get(name);
      return operation === undefined || operation.lost ? null : operation;
    },
    script(name, scripted) {
      if (isRunning(name)) {
        record({ type: 'scripted', name, scripted });
      }
    },
    end(name, end) {
      if (isRunning(name)) {
        record({ type: 'ended', name, end });
      }
    },
    lose(name) {
      if (operations.has(name)) {
        record({ type: 'lost', name });
      }
    },
    close: () => {
      journal.close();
    },
  };
}

/** Reads the request that an operation was started with. */
export function requestOf(operation: StoredOperation): BatchRecognizeRequest {
  return v2.BatchRecognizeRequest.decode(Buffer.from(operation.request, 'base64'));
}

function toOperation(request: BatchRecognizeRequest, operationSeconds: number): StoredOperation {
  const { project, location } = parseRecognizer(request.recognizer);
  const output = request.recognitionOutputConfig?.gcsOutputConfig?.uri ?? '';
  const uris = [...request.files.map((file) => file.uri ?? ''), `${output}/`];
  const createdAtMs = Date.now();
  return {
    name: `projects/${project}/locations/${location}/operations/${randomUUID()}`,
    callSids: callSidsOf(uris),
    request: Buffer.from(v2.BatchRecognizeRequest.encode(request).finish()).toString('base64'),
    createdAtMs,
    finishesAtMs: createdAtMs + operationSeconds * 1000,
    transcriptId: randomUUID(),
    scripted: {},
    end: null,
    lost: false,
  };
}

function apply(operations: Map<string, StoredOperation>, entry: Entry): void {
  if (entry.type === 'started') {
    operations.set(entry.operation.name, entry.operation);
    return;
  }
  const operation = operations.get(entry.name);
  if (operation === undefined) {
    return;
  }
  switch (entry.type) {
    case 'scripted':
      operations.set(entry.name, {
        ...operation,
        scripted: { ...operation.scripted, ...entry.scripted },
      });
      break;
    case 'ended':
      operations.set(entry.name, { ...operation, end: entry.end });
      break;
    case 'lost':
      operations.set(entry.name, { ...operation, lost: true });
      break;
  }
}
