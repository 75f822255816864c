import { operationsProtos } from 'google-gax';

import { SPEECH_CODES } from '../../domain/error-codes/speech.ts';
import type { Recognition } from '../../domain/recognition.ts';
import { toStorable } from '../../domain/storable-text.ts';
import type { ParsedTranscript } from '../../domain/transcript.ts';
import { locateFailures } from '../shared/locate-failures.ts';
import { readInThread, type Reader } from '../shared/read-in-thread.ts';
import { speechError } from './errors.ts';
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
import { createTransport, type SpeechConfig } from './transport.ts';

export type { SpeechConfig } from './transport.ts';
export type { OperationState } from './operation.ts';
export type { SpeechAudio } from './readable-audio.ts';

/** Google Speech-to-Text v2. Every method lets an abort through as the signal's reason. */
export type Speech = {
  /**
   * How to transcribe this audio under the configuration. Throws SPEECH_FORMAT_UNSUPPORTED or
   * SPEECH_AUDIO_TOO_LONG for audio that would be refused.
   */
  plan(audio: SpeechAudio): Recognition;
  /**
   * Submits the audio and returns the operation's name. Paid: sent once, never repeated by the
   * library. After SPEECH_UNAVAILABLE, Google may or may not have accepted it: use `findOperation`
   * before submitting again.
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
   * The operation that writes to this output prefix, if Google accepted one that has not ended in an
   * error: the newest of several, or `null`.
   */
  findOperation(outputPrefix: string, signal: AbortSignal): Promise<string | null>;
  /**
   * The state of an operation. Throws SPEECH_OPERATION_LOST when Google does not know it, and the
   * error it ended with; `context.operationEnded` marks errors that only a new submission can mend.
   */
  poll(operation: string, signal: AbortSignal): Promise<OperationState>;
  /**
   * Reads the result file at this URI. Throws SPEECH_RESULT_INVALID when it is not one, without
   * quoting it.
   */
  parseResult(json: string, uri: string): Promise<ParsedTranscript>;
  close(): Promise<void>;
};

/** A request is answered within a second or two; half a minute leaves room for a slow connection. */
const DEADLINE_MS = 30_000;

/** A server may give fewer per page; the bound on what is read is far above days of busy lines. */
const OPERATIONS_PER_PAGE = 1_000;
const MAX_OPERATIONS = 200_000;

const SUBMITTING = 'Submitting the audio';
const LOOKING = 'Looking for the operation';

const READER: Reader<ParsedTranscript> = {
  module: new URL('./transcript.ts', import.meta.url).href,
  name: 'parseTranscript',
  read: parseTranscript,
};

const toUnreadable = (cause: unknown) =>
  speechError('SPEECH_RESULT_INVALID', 'Reading the transcript', {
    why: 'it takes more memory or time than any transcript',
    cause,
  });

type Operation = operationsProtos.google.longrunning.IOperation;

/** Creates the client. Each of its requests has `deadlineMs`. */
export function createSpeech(config: SpeechConfig, deadlineMs: number = DEADLINE_MS): Speech {
  const transport = createTransport(config, deadlineMs);
  const { GetOperationRequest, ListOperationsRequest } = operationsProtos.google.longrunning;
  const location = `project ${config.projectId}, location ${config.location}`;

  return {
    plan: (audio) => planRecognition(config, audio),

    async submit(input, signal) {
      const request = toBatchRequest(config, input);
      const place = `${location}, model ${input.recognition.model}, ${input.audio.uri}`;
      return locateFailures(place, SPEECH_CODES, () =>
        transport.send({ what: SUBMITTING, signal }, async (client, options) => {
          const [operation] = await client.batchRecognize(request, options);
          return nameOf(operation.latestResponse);
        }),
      );
    },

    async findOperation(outputPrefix, signal) {
      const request = new ListOperationsRequest({
        name: `projects/${config.projectId}/locations/${config.location}`,
        pageSize: OPERATIONS_PER_PAGE,
      });
      const usable = await locateFailures(location, SPEECH_CODES, () =>
        transport.send({ what: LOOKING, signal }, (client, options) => {
          const listed = client.operationsClient.listOperationsAsync(request, {
            ...options,
            autoPaginate: false,
          });
          return collect(
            listed,
            (operation) => outputPrefixOf(operation) === outputPrefix && isUsable(operation),
          );
        }),
      );
      const [newest] = usable.sort((a, b) => createdAtSeconds(b) - createdAtSeconds(a));
      return newest === undefined ? null : nameOf(newest);
    },

    async poll(name, signal) {
      const polling = {
        what: 'Asking for the operation',
        notFound: 'SPEECH_OPERATION_LOST',
        signal,
      } as const;
      return locateFailures(location, SPEECH_CODES, async () => {
        const operation = await transport.send(polling, async (client, options) => {
          const request = new GetOperationRequest({ name });
          const [answer] = await client.operationsClient.getOperation(request, options);
          return answer;
        });
        return readOperation(operation);
      });
    },

    parseResult: (json, uri) =>
      locateFailures(uri, SPEECH_CODES, () => readInThread(READER, json, toUnreadable)),

    close: () => transport.close(),
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
    if (count > MAX_OPERATIONS) {
      throw speechError('SPEECH_UNAVAILABLE', LOOKING, {
        why: `Speech-to-Text listed over ${MAX_OPERATIONS} operations`,
      });
    }
    if (isWanted(operation)) wanted.push(operation);
  }
  return wanted;
}

function isUsable(operation: Operation): boolean {
  try {
    readOperation(operation);
    return true;
  } catch {
    // It ended in an error, which only a new submission can mend.
    return false;
  }
}

function nameOf(operation: Operation): string {
  if (!operation.name) {
    const why = 'Speech-to-Text named no operation';
    throw speechError('SPEECH_OPERATION_LOST', SUBMITTING, { why });
  }
  return toStorable(operation.name);
}
