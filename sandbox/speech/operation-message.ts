import { status } from '@grpc/grpc-js';
import { requestOf, type StoredOperation } from './operation-store.ts';
import { v2, type OperationMessage } from './protocol.ts';

type OperationState = 'RUNNING' | 'DONE' | 'FAILED' | 'CANCELLED' | 'LOST';

/** An operation as the control plane shows it: `prefix` is where its result is written, null if inline. */
export type OperationSummary = {
  readonly name: string;
  readonly callSid: string | null;
  readonly prefix: string | null;
  readonly state: OperationState;
};

const TYPE_URL = 'type.googleapis.com/google.cloud.speech.v2';

/** The operation as the operations API returns it; its metadata repeats the whole request. */
export function toOperationMessage(operation: StoredOperation): OperationMessage {
  const { name, end } = operation;
  return {
    name,
    metadata: { type_url: `${TYPE_URL}.OperationMetadata`, value: encodeMetadata(operation) },
    done: end !== null,
    ...(end === null || end.error === null ? {} : { error: end.error }),
    ...(end === null || end.response === null
      ? {}
      : {
          response: {
            type_url: `${TYPE_URL}.BatchRecognizeResponse`,
            value: Buffer.from(end.response, 'base64'),
          },
        }),
  };
}

/** The operation for the control plane. */
export function toSummary(operation: StoredOperation): OperationSummary {
  return {
    name: operation.name,
    callSid: operation.callSids[0] ?? null,
    prefix: requestOf(operation).recognitionOutputConfig?.gcsOutputConfig?.uri ?? null,
    state: stateOf(operation),
  };
}

function stateOf({ lost, end }: StoredOperation): OperationState {
  if (lost) {
    return 'LOST';
  }
  if (end === null) {
    return 'RUNNING';
  }
  if (end.error === null) {
    return 'DONE';
  }
  const cancelled: number = status.CANCELLED;
  return end.error.code === cancelled ? 'CANCELLED' : 'FAILED';
}

function encodeMetadata(operation: StoredOperation): Uint8Array {
  const request = requestOf(operation);
  const progressPercent = progressOf(operation);
  const transcriptionMetadata = Object.fromEntries(
    request.files.map((file) => [file.uri ?? '', { progressPercent }]),
  );
  return v2.OperationMetadata.encode({
    createTime: toTimestamp(operation.createdAtMs),
    updateTime: toTimestamp(operation.end?.atMs ?? Date.now()),
    resource: request.recognizer,
    method: 'google.cloud.speech.v2.Speech.BatchRecognize',
    batchRecognizeRequest: request,
    progressPercent,
    batchRecognizeMetadata: { transcriptionMetadata },
  }).finish();
}

/** The progress in percent; 100 only once the operation has ended. */
function progressOf({ end, createdAtMs, finishesAtMs }: StoredOperation): number {
  if (end !== null) {
    return 100;
  }
  const share = (Date.now() - createdAtMs) / Math.max(1, finishesAtMs - createdAtMs);
  return Math.min(99, Math.max(0, Math.floor(share * 100)));
}

function toTimestamp(epochMs: number): { seconds: number; nanos: number } {
  return { seconds: Math.floor(epochMs / 1000), nanos: (epochMs % 1000) * 1_000_000 };
}
