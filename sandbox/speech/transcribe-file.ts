import { basename, extname } from 'node:path/posix';
import type { SandboxContext, StoredObject } from '../core/context.ts';
import { readFormat } from './audio-format.ts';
import { requestOf, type StoredOperation } from './operation-store.ts';
import type { BatchRecognizeRequest, FileResult, RecognitionConfig } from './protocol.ts';
import { recognise, type Recognition } from './recognise.ts';
import { parseGsUri } from './resource-names.ts';
import { toDuration, toInlineResults, toResultsFile } from './result-forms.ts';
import { RpcError, rpcError, scriptedError } from './rpc-error.ts';

export type FileTranscription = { readonly result: FileResult; readonly billedSeconds: number };

type Context = Pick<SandboxContext, 'storage' | 'samples'>;

/**
 * Transcribes one file of an operation. As seen in practice, an error with a file becomes the error of its result,
 * nothing is billed then, and the operation itself succeeds.
 */
export async function transcribeFile(
  context: Context,
  operation: StoredOperation,
  file: BatchRecognizeRequest['files'][number],
): Promise<FileTranscription> {
  const request = requestOf(operation);
  // Google merges the two field by field; the service sends only one, so this stand-in need not merge.
  const config = file.config ?? request.config ?? {};
  try {
    const { fileError, noResult } = operation.scripted;
    if (fileError !== undefined) {
      throw scriptedError(fileError.code, fileError.message);
    }
    const recognition = await recogniseObject(context, file.uri ?? '', config);
    const metadata = { totalBilledDuration: toDuration(recognition.billedSeconds) };
    const output =
      noResult === true
        ? {}
        : await writeOutput(context, operation, request, file.uri ?? '', config, recognition);
    return { result: { metadata, ...output }, billedSeconds: recognition.billedSeconds };
  } catch (error) {
    if (error instanceof RpcError) {
      return { result: { error: { code: error.code, message: error.message } }, billedSeconds: 0 };
    }
    throw error;
  }
}

async function recogniseObject(
  context: Context,
  uri: string,
  config: RecognitionConfig,
): Promise<Recognition> {
  const object = findObject(context, uri);
  const format = await readFormat(context.storage, object, config);
  const sample = await context.samples.findByAudioSha256(object.sha256, object.name);
  if (sample === null || sample.words === null) {
    throw rpcError(
      'INVALID_ARGUMENT',
      'The sandbox has no words for this audio, and cannot recognise speech. Put a JSON file of the same name beside the ' +
        'recording, with "words": [{"channel": 1, "start": 0, "end": 0.5, "text": "hello"}, …] or "transcript": "…".',
    );
  }
  return recognise(sample.words, format, config);
}

/**
 * A missing object or bucket is an error of the file. It is documented that the operation itself succeeds; NOT_FOUND is
 * the status that Google's other services answer with, and Google's message is not known.
 */
function findObject({ storage }: Context, uri: string): StoredObject {
  const address = parseGsUri(uri);
  const object = address === null ? null : storage.find(address.bucket, address.name);
  if (object === null) {
    throw rpcError('NOT_FOUND', 'Requested entity was not found: the audio object or its bucket.');
  }
  return object;
}

/** Only the prefix can be chosen: the file is `<prefix>/<base name>_transcript_<uuid>.json`. */
async function writeOutput(
  { storage }: Context,
  operation: StoredOperation,
  { recognitionOutputConfig: output }: BatchRecognizeRequest,
  uri: string,
  config: RecognitionConfig,
  recognition: Recognition,
): Promise<FileResult> {
  if (output?.inlineResponseConfig) {
    const transcript = toInlineResults(recognition, config);
    return { inlineResult: { transcript }, transcript };
  }
  const base = basename(uri, extname(uri));
  const target = `${(output?.gcsOutputConfig?.uri ?? '').replace(/\/+$/, '')}/${base}_transcript_${operation.transcriptId}.json`;
  const address = parseGsUri(target);
  if (address === null || !storage.bucketExists(address.bucket)) {
    throw rpcError('NOT_FOUND', 'Requested entity was not found: the bucket of the output.');
  }
  const content = toResultsFile(recognition, config);
  await storage.write(address.bucket, address.name, content, 'application/json');
  // `uri` is the older name of the same field; Google fills in both.
  return { cloudStorageResult: { uri: target }, uri: target };
}
