import { setTimeout as delay } from 'node:timers/promises';

import { protos } from '@google-cloud/speech';
import { operationsProtos } from 'google-gax';

import type { TranscriptSegment } from '../../domain/transcript.ts';
import type { KeepReply } from '../shared/kept-reply.ts';
import { readOperation } from './operation.ts';
import { planRecognition } from './plan.ts';
import type { SpeechAudio } from './readable-audio.ts';
import { toBatchRequest } from './request.ts';
import { parseTranscript } from './transcript.ts';
import { createTransport, type SpeechConfig } from './transport.ts';

/** What the recogniser writes its result into, and reads it from. */
type Results = {
  readonly folderUri: string;
  readText(uri: string, signal: AbortSignal): Promise<string>;
};

export type SpeechTrial = {
  /** Has the audio transcribed as that of calls is. Paid. Throws SPEECH_* codes and what `readText` throws. */
  transcribe(
    audio: SpeechAudio,
    keep: KeepReply,
    signal: AbortSignal,
  ): Promise<readonly TranscriptSegment[]>;
  /** Resolves once the recogniser writes nothing any more, or with `false` when that is not known. */
  isOver(signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
};

const DEADLINE_MS = 30_000;
const POLL_EVERY_MS = 1_000;

/** The fields that operation.ts and transcript.ts read. */
const OPERATION = [
  ...['name', 'done', 'error.code', 'metadata.progressPercent', 'metadata.createTime.seconds'],
  'metadata.batchRecognizeRequest.recognitionOutputConfig.gcsOutputConfig.uri',
  ...['response.results.*.uri', 'response.results.*.cloudStorageResult.uri'],
  ...['response.results.*.error.code', 'response.totalBilledDuration.seconds'],
  'response.results.*.metadata.totalBilledDuration.seconds',
];
const RESULT = [
  ...['results[].alternatives[].transcript', 'results[].alternatives[].words[].word'],
  'results[].alternatives[].words[].startOffset',
  'results[].alternatives[].words[].endOffset',
  'results[].alternatives[].words[].speakerLabel',
  ...['results[].channelTag', 'results[].resultEndOffset', 'results[].languageCode'],
  'metadata.totalBilledDuration',
];
const MAPS = [
  'response.results',
  'metadata.batchRecognizeMetadata.transcriptionMetadata',
  'metadata.batchRecognizeRequest.labels',
];

type Operation = protos.google.longrunning.IOperation;

/** Creates the requests of one trial of Speech-to-Text. */
export function createSpeechTrial(config: SpeechConfig, results: Results): SpeechTrial {
  const transport = createTransport(config, DEADLINE_MS);
  const { GetOperationRequest } = operationsProtos.google.longrunning;
  let submitting: Promise<string | null> = Promise.resolve(null);

  const poll = (name: string, signal: AbortSignal): Promise<Operation> =>
    transport.send({ what: 'Asking for the operation', signal }, async (client, options) => {
      const request = new GetOperationRequest({ name });
      const [answer] = await client.operationsClient.getOperation(request, options);
      return answer;
    });

  return {
    async transcribe(audio, keep, signal) {
      const recognition = planRecognition(config, audio);
      const input = { audio, recognition, outputPrefix: results.folderUri };
      // Never broken off: what was submitted writes a file, which has to be deleted.
      const unbroken = new AbortController().signal;
      const sending = transport.send(
        { what: 'Submitting the audio', signal: unbroken },
        async (client, options) => {
          const [operation] = await client.batchRecognize(toBatchRequest(config, input), options);
          return operation.latestResponse.name ?? '';
        },
      );
      submitting = sending.catch(() => null);
      const name = await sending;
      for (;;) {
        signal.throwIfAborted();
        const operation = await poll(name, signal);
        if (operation.done !== true) {
          await delay(POLL_EVERY_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
          continue;
        }
        keep({ operation: 'operation', reply: toPlain(operation), reads: OPERATION, maps: MAPS });
        const state = readOperation(operation);
        if (state.state !== 'DONE') continue;
        const text = await results.readText(state.resultUri, signal);
        keep({ operation: 'result file', reply: parse(text), reads: RESULT });
        return parseTranscript(text).segments;
      }
    },

    async isOver(signal) {
      const name = await submitting;
      if (name === null) return true;
      try {
        while ((await poll(name, signal)).done !== true) {
          await delay(POLL_EVERY_MS, undefined, { signal });
        }
        return true;
      } catch {
        return false;
      }
    },

    close: () => transport.close(),
  };
}

/** The operation with what is packed inside it. Fields that the library does not know are not seen. */
function toPlain(operation: Operation): unknown {
  const { OperationMetadata, BatchRecognizeResponse } = protos.google.cloud.speech.v2;
  const { name, done, error, metadata, response } = operation;
  const plain = { longs: String, enums: String, bytes: String };
  return {
    name,
    done,
    ...(error == null ? {} : { error: { code: error.code } }),
    ...(metadata?.value instanceof Uint8Array
      ? { metadata: OperationMetadata.toObject(OperationMetadata.decode(metadata.value), plain) }
      : {}),
    ...(response?.value instanceof Uint8Array
      ? {
          response: BatchRecognizeResponse.toObject(
            BatchRecognizeResponse.decode(response.value),
            plain,
          ),
        }
      : {}),
  };
}

/** What is not JSON is refused by its reader, with the right code. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
