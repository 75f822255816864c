import { sleep } from '@temporalio/activity';

import type { RecordingStore } from '../../clients/recording-store/client.ts';
import type { Speech } from '../../clients/speech/client.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { Database } from '../../repositories/database.ts';
import type { TranscriptRepository } from '../../repositories/transcript-repository.ts';
import { lockCall } from '../step/call-row.ts';
import {
  abandonSubmission,
  announceRecognition,
  speechAudioOf,
  type ArchivedCall,
  type Submission,
} from './submission.ts';
import type { Transcriber } from './transcriber.ts';

type Deps = {
  readonly database: Database;
  readonly calls: CallRepository;
  readonly transcripts: TranscriptRepository;
  readonly recordingStore: RecordingStore;
  readonly speech: Speech;
};

// A call of a few seconds is transcribed in a few seconds; one of an hour takes many minutes, and
// every look costs a request of the project's quota.
const FIRST_POLL_MS = 1_000;
const SLOWEST_POLL_MS = 20_000;
const POLL_GROWTH = 1.5;

// A transcript with the times of every word takes about 100 bytes a word; eight hours of two
// people talking without a pause stay below 30 MB.
const RESULT_MAX_BYTES = 64 * 1024 * 1024;

/**
 * Transcribes by Speech-to-Text, an operation that may outlive its attempt: its name is on the row
 * and in the heartbeat before it is polled, and a later attempt looks for it, and for its result,
 * before it submits.
 */
export function createGoogleTranscriber(deps: Deps): Transcriber {
  return {
    provider: 'google',
    async transcribe(call, submission, signal, onProgress) {
      const uri = await awaitResult(deps, call, submission, signal, (operation) =>
        onProgress({ operation }),
      );
      const json = await readResult(deps, uri, call, submission, signal);
      return { ...deps.speech.parseResult(json), remarks: [] };
    },
  };
}

/** The result file's text. A result that somebody deleted cannot be had again but by a new submission. */
async function readResult(
  deps: Deps,
  uri: string,
  call: ArchivedCall,
  submission: Submission,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await deps.recordingStore.readText(uri, RESULT_MAX_BYTES, signal);
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'STORAGE_OBJECT_MISSING') throw error;
    await abandonSubmission(deps, call, submission);
    throw new ServiceError(
      'SPEECH_RESULT_MISSING',
      'The transcript file was deleted before it was read, so the audio is submitted again.',
    );
  }
}

/**
 * The URI of a submission's result file, once it is there. Looks in this order for the operation
 * that the row names, a result under the submission's prefix, and an operation of ours that Google
 * accepted without our hearing of it; only when there is none of these, and none has come onto the
 * row meanwhile, does it submit. What it asks for is on the row before, so that the transcript can
 * tell it, whatever the configuration is by then.
 *
 * An operation that has ended in an error is taken off the row, so that the next attempt submits
 * anew: Google bills what it transcribed, and that was nothing.
 */
async function awaitResult(
  deps: Deps,
  call: ArchivedCall,
  submission: Submission,
  signal: AbortSignal,
  onOperation: (operation: string) => void,
): Promise<string> {
  const { database, calls, transcripts, recordingStore, speech } = deps;
  const resultFolder = `transcripts/${call.callSid}/${submission.id}/`;
  const outputPrefix = recordingStore.uriOf(resultFolder);

  if (submission.operation !== null) {
    onOperation(submission.operation);
    return follow(submission.operation);
  }
  const result = await findResult();
  if (result !== null) return result;

  const operation = (await speech.findOperation(outputPrefix, signal)) ?? (await submit());
  onOperation(operation);
  const kept = await keepOperation(operation);
  if (kept !== operation) onOperation(kept);
  return follow(kept);

  /** Polls by name until the operation has ended. */
  async function follow(operation: string): Promise<string> {
    for (let delay = FIRST_POLL_MS; ; delay = Math.min(delay * POLL_GROWTH, SLOWEST_POLL_MS)) {
      try {
        const found = await speech.poll(operation, signal);
        if (found.state === 'DONE') return found.resultUri;
      } catch (error) {
        if (!isOver(error)) throw error;
        const left = error.code === 'SPEECH_OPERATION_LOST' ? await findResult() : null;
        if (left !== null) return left;
        await dropOperation(operation);
        throw error;
      }
      await sleep(delay);
    }
  }

  /** A result that an earlier attempt did not live to see. */
  async function findResult(): Promise<string | null> {
    const [first, ...others] = await recordingStore.listObjects(resultFolder, signal);
    if (others.length > 0) {
      throw new ServiceError(
        'SPEECH_RESULT_INVALID',
        `There are ${others.length + 1} result files for one submission; one was expected.`,
      );
    }
    return first ?? null;
  }

  async function submit(): Promise<string> {
    const audio = speechAudioOf(call);
    const recognition = speech.plan(audio);
    return (
      (await announceRecognition(deps, call, submission, recognition)) ??
      (await speech.submit({ audio, recognition, outputPrefix }, signal))
    );
  }

  /** Puts the operation on the row and returns it, or the one that another attempt has put there. */
  function keepOperation(operation: string): Promise<string> {
    return database.transaction(async (tx) => {
      const now = await lockCall(calls, call, 'transcribeRecording', tx);
      if (now.speechOperation !== null) return now.speechOperation;
      // A faster attempt has stored the transcript meanwhile: the row is done with.
      const stored = await transcripts.findByCall(call.id, tx);
      if (stored?.submissionId === submission.id) return operation;
      await calls.update(call.id, { speechOperation: operation }, tx);
      return operation;
    });
  }

  /** Takes an operation that is over off the row, unless another one is there already. */
  async function dropOperation(operation: string): Promise<void> {
    await database.transaction(async (tx) => {
      const now = await lockCall(calls, call, 'transcribeRecording', tx);
      if (now.speechOperation !== operation) return;
      await calls.update(call.id, { speechOperation: null }, tx);
    });
  }
}

/** Whether looking at the operation again is pointless: it ended in an error, or Google forgot it. */
function isOver(error: unknown): error is ServiceError {
  return (
    error instanceof ServiceError &&
    (error.code === 'SPEECH_OPERATION_LOST' || error.context['operationEnded'] === true)
  );
}
