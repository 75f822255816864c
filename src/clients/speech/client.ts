import { operationsProtos } from 'google-gax';

import type { Recognition } from '../../domain/recognition.ts';
import { ServiceError } from '../../domain/service-error.ts';
import { toStorable } from '../../domain/storable-text.ts';
import type { ParsedTranscript } from '../../domain/transcript.ts';
import { createConnection, type SpeechConfig } from './transport.ts';
import { toRequestError } from './errors.ts';
import {
  createdAtSeconds,
  outputPrefixOf,
  readOperation,
  type OperationState,
} from './operation.ts';
import { planRecognition } from './plan.ts';
import type { SpeechAudio } from './readable-audio.ts';
import { toBatchRequest } from './request.ts';
import { parseTranscript } from './transcript.ts';

export type { SpeechConfig } from './transport.ts';
export type { OperationState } from './operation.ts';
export type { SpeechAudio } from './readable-audio.ts';

/** Google Speech-to-Text v2. Every method lets an abort through as the signal's reason. */
export type Speech = {
  /**
   * What is to be asked for, given the audio and the configuration. Throws
   * SPEECH_FORMAT_UNSUPPORTED or SPEECH_AUDIO_TOO_LONG for audio that would be refused.
   */
  plan(audio: SpeechAudio): Recognition;
  /**
   * Submits the audio and returns the operation's name. Paid: sent once, never repeated by the
   * library. After SPEECH_UNAVAILABLE it is open whether Google took it: ask `findOperation` first.
   */
  submit(
    input: {
      readonly audio: SpeechAudio;
      readonly recognition: Recognition;
      readonly outputPrefix: string /* gs://…/ */;
    },
    signal: AbortSignal,
  ): Promise<string>;
  /**
   * The operation that writes to this output prefix, if Google accepted one and it has not ended in
   * an error; the newest when there are several, `null` when there is none.
   */
  findOperation(outputPrefix: string, signal: AbortSignal): Promise<string | null>;
  /**
   * Where an operation stands. Throws SPEECH_OPERATION_LOST when Google does not know it, and what
   * it ended with; `context.operationEnded` marks errors that only a new submission can mend.
   */
  poll(operation: string, signal: AbortSignal): Promise<OperationState>;
  /**
   * Reads a result file. Throws SPEECH_RESULT_INVALID, without a word of the file, when it is not
   * one.
   */
  parseResult(json: string): ParsedTranscript;
  close(): Promise<void>;
};

/** A request is answered within a second or two; half a minute leaves room for a slow connection. */
const DEADLINE_MS = 30_000;

/** A server may give fewer at once; the bound on what is read is far above days of busy lines. */
const OPERATIONS_PER_PAGE = 1_000;
const MOST_OPERATIONS = 200_000;

type Operation = operationsProtos.google.longrunning.IOperation;
type CallOptions = { timeout: number; retry: { retryCodes: number[] }; signal: AbortSignal };

/** Creates the client; nothing is connected before the first request, each of which has `deadlineMs`. */
export function createSpeech(config: SpeechConfig, deadlineMs: number = DEADLINE_MS): Speech {
  const connection = createConnection(config);
  const { GetOperationRequest, ListOperationsRequest } = operationsProtos.google.longrunning;

  return {
    plan: (audio) => planRecognition(config, audio),

    async submit(input, signal) {
      const request = toBatchRequest(config, input);
      return call('Submitting the audio', signal, deadlineMs, async (options) => {
        const client = await connection.client();
        signal.throwIfAborted();
        const [operation] = await client.batchRecognize(request, options);
        return nameOf(operation.latestResponse);
      });
    },

    async findOperation(outputPrefix, signal) {
      const request = new ListOperationsRequest({
        name: `projects/${config.projectId}/locations/${config.location}`,
        pageSize: OPERATIONS_PER_PAGE,
      });
      const usable = await call(
        'Looking for the operation',
        signal,
        deadlineMs,
        async (options) => {
          const client = await connection.client();
          const listed = client.operationsClient.listOperationsAsync(request, {
            ...options,
            autoPaginate: false,
          });
          return collect(
            listed,
            (operation) => outputPrefixOf(operation) === outputPrefix && isUsable(operation),
          );
        },
      );
      const [newest] = usable.sort((a, b) => createdAtSeconds(b) - createdAtSeconds(a));
      return newest === undefined ? null : nameOf(newest);
    },

    async poll(name, signal) {
      const operation = await call(
        'Asking for the operation',
        signal,
        deadlineMs,
        async (options) => {
          const client = await connection.client();
          const request = new GetOperationRequest({ name });
          const [answer] = await client.operationsClient.getOperation(request, options);
          return answer;
        },
        'SPEECH_OPERATION_LOST',
      );
      return readOperation(operation);
    },

    parseResult: parseTranscript,

    close: () => connection.close(),
  };
}

async function collect(
  listed: AsyncIterable<Operation>,
  isWanted: (operation: Operation) => boolean,
): Promise<Operation[]> {
  const wanted: Operation[] = [];
  let count = 0;
  for await (const operation of listed) {
    count += 1;
    if (count > MOST_OPERATIONS) throw tooManyOperations();
    if (isWanted(operation)) wanted.push(operation);
  }
  return wanted;
}

async function call<T>(
  what: string,
  signal: AbortSignal,
  deadlineMs: number,
  send: (options: CallOptions) => Promise<T>,
  notFound?: 'SPEECH_OPERATION_LOST',
): Promise<T> {
  signal.throwIfAborted();
  try {
    // The library would repeat BatchRecognize on UNAVAILABLE and DEADLINE_EXCEEDED, and so pay twice.
    return await send({ timeout: deadlineMs, retry: { retryCodes: [] }, signal });
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ServiceError ? error : toRequestError(error, what, notFound);
  }
}

function isUsable(operation: Operation): boolean {
  try {
    readOperation(operation);
    return true;
  } catch {
    // It ended in an error, which a new submission has to mend.
    return false;
  }
}

function nameOf(operation: Operation): string {
  if (!operation.name) {
    throw new ServiceError(
      'SPEECH_OPERATION_LOST',
      'Submitting the audio failed: Speech-to-Text named no operation; it is looked for again.',
    );
  }
  return toStorable(operation.name);
}

function tooManyOperations(): ServiceError {
  return new ServiceError(
    'SPEECH_UNAVAILABLE',
    `Looking for the operation failed: Speech-to-Text listed over ${MOST_OPERATIONS} operations; it is tried again.`,
  );
}
