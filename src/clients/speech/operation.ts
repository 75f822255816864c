import { protos } from '@google-cloud/speech';

import { MAX_SECONDS, toBounded } from '../../domain/bounded-number.ts';
import { speechError, toFileError, toOperationError } from './errors.ts';

const { BatchRecognizeResponse, OperationMetadata } = protos.google.cloud.speech.v2;

type Operation = protos.google.longrunning.IOperation;
type Any = protos.google.protobuf.IAny;
type Duration = protos.google.protobuf.IDuration;
type FileResult = protos.google.cloud.speech.v2.IBatchRecognizeFileResult;

export type OperationState =
  | { readonly state: 'RUNNING'; readonly progressPercent: number | null }
  | {
      readonly state: 'DONE';
      readonly resultUri: string;
      /** What was billed, all channels together; absent where the operation does not say. */
      readonly billedSeconds?: number;
    };

/**
 * The state of an operation. Throws the error it ended with; such errors carry `operationEnded`:
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
    throw speechError('SPEECH_OPERATION_EMPTY', 'The operation', {
      why: 'Speech-to-Text ended it with neither a response nor an error',
      context: { operationEnded: true },
    });
  }
  const response = decode(() => BatchRecognizeResponse.decode(bytes));
  // One file was submitted, so there is one result, whatever its key.
  const [file] = Object.values(response?.results ?? {});
  const resultUri = readResultUri(file);
  const billedSeconds =
    toSeconds(response?.totalBilledDuration) ?? toSeconds(file?.metadata?.totalBilledDuration);
  return { state: 'DONE', resultUri, ...(billedSeconds === null ? {} : { billedSeconds }) };
}

/** A duration that is not zero, in seconds; `null` otherwise: nothing is billed as zero. */
function toSeconds(duration: Duration | null | undefined): number | null {
  const seconds = Number(duration?.seconds ?? 0) + (duration?.nanos ?? 0) / 1e9;
  return toBounded(seconds, MAX_SECONDS) || null;
}

/** The output prefix that the operation was told to write to; `null` when its metadata is not ours. */
export function outputPrefixOf(operation: Operation): string | null {
  const request = readMetadata(operation)?.batchRecognizeRequest;
  return request?.recognitionOutputConfig?.gcsOutputConfig?.uri ?? null;
}

/** When the operation was accepted, in seconds since 1970; 0 when it does not say. */
export function createdAtSeconds(operation: Operation): number {
  return Number(readMetadata(operation)?.createTime?.seconds ?? 0);
}

function readResultUri(file: FileResult | undefined): string {
  if (isError(file?.error)) throw toFileError(file.error.code);

  const uri = uriOf(file);
  if (uri?.startsWith('gs://') !== true) {
    throw speechError('SPEECH_RESULT_MISSING', 'The operation', {
      why: 'Speech-to-Text reported success but named no result file',
      context: { operationEnded: true },
    });
  }
  return uri;
}

/** `uri` is the older field of the same meaning. Some regions still fill only that one. */
function uriOf(file: FileResult | undefined): string | null | undefined {
  return file?.cloudStorageResult?.uri || file?.uri;
}

/** A google.rpc.Status with code 0 means OK. */
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

/** `null` when the bytes are not such a message. */
function decode<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
