import { protos } from '@google-cloud/speech';

import { ServiceError } from '../../domain/service-error.ts';
import { toFileError, toOperationError } from './errors.ts';

const { BatchRecognizeResponse, OperationMetadata } = protos.google.cloud.speech.v2;

type Operation = protos.google.longrunning.IOperation;
type Any = protos.google.protobuf.IAny;
type FileResult = protos.google.cloud.speech.v2.IBatchRecognizeFileResult;

export type OperationState =
  | { readonly state: 'RUNNING'; readonly progressPercent: number | null }
  | { readonly state: 'DONE'; readonly resultUri: string };

/**
 * Where an operation stands. Throws what it ended with; such errors carry `operationEnded`:
 * SPEECH_OPERATION_FAILED or a lasting reason (the operation's error), SPEECH_FILE_REFUSED or
 * SPEECH_FILE_FAILED (the file's), SPEECH_OPERATION_EMPTY (neither response nor error),
 * SPEECH_RESULT_MISSING (success without a result file).
 */
export function readOperation(operation: Operation): OperationState {
  if (operation.done !== true) {
    return { state: 'RUNNING', progressPercent: readMetadata(operation)?.progressPercent ?? null };
  }
  if (isError(operation.error)) throw toOperationError(operation.error.code);

  const bytes = toBytes(operation.response);
  if (bytes === null) {
    throw new ServiceError(
      'SPEECH_OPERATION_EMPTY',
      'The operation failed: Speech-to-Text finished it with neither a response nor an error; submit the audio again.',
      { context: { operationEnded: true } },
    );
  }
  return { state: 'DONE', resultUri: readResultUri(bytes) };
}

/** The output prefix that the operation was asked to write to; `null` when it is not ours to read. */
export function outputPrefixOf(operation: Operation): string | null {
  const request = readMetadata(operation)?.batchRecognizeRequest;
  return request?.recognitionOutputConfig?.gcsOutputConfig?.uri ?? null;
}

/** When the operation was accepted, in seconds since 1970; 0 when it does not tell. */
export function createdAtSeconds(operation: Operation): number {
  return Number(readMetadata(operation)?.createTime?.seconds ?? 0);
}

function readResultUri(bytes: Uint8Array): string {
  // One file was submitted, so there is one result, whatever key it stands under.
  const [file] = Object.values(decode(() => BatchRecognizeResponse.decode(bytes))?.results ?? {});
  if (isError(file?.error)) throw toFileError(file.error.code);

  const uri = uriOf(file);
  if (uri?.startsWith('gs://') !== true) {
    throw new ServiceError(
      'SPEECH_RESULT_MISSING',
      'The operation failed: Speech-to-Text reported success and named no result file; submit the audio again.',
      { context: { operationEnded: true } },
    );
  }
  return uri;
}

/** `uri` is the older field of the same meaning, which some regions still fill alone. */
function uriOf(file: FileResult | undefined): string | null | undefined {
  return file?.cloudStorageResult?.uri || file?.uri;
}

/** A google.rpc.Status with code 0 says OK. */
function isError<T extends { code?: unknown }>(error: T | null | undefined): error is T {
  return error !== null && error !== undefined && error.code !== 0;
}

function readMetadata(
  operation: Operation,
): protos.google.cloud.speech.v2.OperationMetadata | null {
  const bytes = toBytes(operation.metadata);
  const isOurs = operation.metadata?.type_url?.endsWith('google.cloud.speech.v2.OperationMetadata');
  return bytes === null || isOurs !== true ? null : decode(() => OperationMetadata.decode(bytes));
}

function toBytes(any: Any | null | undefined): Uint8Array | null {
  const value = any?.value;
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? Buffer.from(value, 'base64') : value;
}

/** Bytes that are no such message tell nothing. */
function decode<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
