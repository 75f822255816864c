import { sleep } from '@temporalio/activity';

import type { RecordingStore } from '../../clients/recording-store/client.ts';
import type { Speech, SpeechAudio } from '../../clients/speech/client.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { ArchivedCall } from '../step/archived-call.ts';
import {
  abandonSubmission,
  announceSubmission,
  dropOperation,
  keepOperation,
  type GoogleOperationDeps,
} from './google-operation.ts';
import { pollDelays } from './poll-delays.ts';
import type { OnProgress, Transcriber, TranscriptionJob } from './transcriber.ts';

export type GoogleTranscriberDeps = GoogleOperationDeps & {
  readonly recordingStore: RecordingStore;
  readonly speech: Speech;
};

type ResultFile = {
  readonly resultUri: string;
  /** What its operation says was billed; `null` when it does not say, or Google no longer knows it. */
  readonly billedSeconds: number | null;
};

// A transcript with the times of every word takes about 100 bytes a word; eight hours of two
// people talking without a pause stay below 30 MB.
const RESULT_MAX_BYTES = 32 * 1024 * 1024;

/**
 * Transcribes by Speech-to-Text, whose operations may outlive the attempt that started them. The
 * operation's name is on the row and in the heartbeat before it is polled. A later attempt looks in
 * this order for the operation that the row names, a result under the submission's prefix, and, if
 * an earlier attempt announced a submission, an operation that Google accepted although its answer
 * never arrived; it submits only when none of these exists and no other attempt has submitted
 * meanwhile. That last look reads the list of all operations of the project, which a first attempt
 * does without.
 *
 * An operation that has ended without a result is taken off the row, so that the next attempt
 * submits again, until the step has submitted often enough.
 */
export function createGoogleTranscriber(deps: GoogleTranscriberDeps): Transcriber {
  const { recordingStore, speech } = deps;
  return {
    provider: 'google',
    planOf: (call) => speech.plan(toSpeechAudio(call)),
    async transcribe(job, onProgress) {
      const { resultUri, billedSeconds } = await awaitResult(job, onProgress);
      const json = await readResult(job, resultUri);
      const parsed = await speech.parseResult(json, resultUri);
      // Google states it in the operation, in the file, or in both.
      return { ...parsed, billedSeconds: parsed.billedSeconds ?? billedSeconds, remarks: [] };
    },
  };

  /** A submission's result file, once the file exists. */
  async function awaitResult(job: TranscriptionJob, onProgress: OnProgress): Promise<ResultFile> {
    const { submission } = job;
    if (submission.operation !== null) {
      onProgress({ operation: submission.operation });
      // It may have ended long ago.
      return poll(job, submission.operation, delaysOf(job));
    }
    // Nothing can have come of a submission that nobody has submitted.
    const resultUri = submission.state === 'NEW' ? null : await findResult(job);
    if (resultUri !== null) return { resultUri, billedSeconds: null };

    const operation = await findOrSubmit(job);
    onProgress({ operation });
    const kept = await keepOperation(deps, job, operation);
    if (kept !== operation) onProgress({ operation: kept });
    const delays = delaysOf(job);
    await sleep(delays.next().value);
    return poll(job, kept, delays);
  }

  /** Polls by name until the operation has ended; returns its result file. */
  async function poll(
    job: TranscriptionJob,
    operation: string,
    delays: ReturnType<typeof pollDelays>,
  ): Promise<ResultFile> {
    for (;;) {
      try {
        const found = await speech.poll(operation, job.attempt.signal);
        if (found.state === 'DONE') {
          return { resultUri: found.resultUri, billedSeconds: found.billedSeconds ?? null };
        }
      } catch (error) {
        return await recoverResult(job, operation, error);
      }
      await sleep(delays.next().value);
    }
  }

  /** The result of an operation that Google no longer knows; every other error is thrown again. */
  async function recoverResult(
    job: TranscriptionJob,
    operation: string,
    error: unknown,
  ): Promise<ResultFile> {
    if (!hasEnded(error)) throw error;
    const resultUri = error.code === 'SPEECH_OPERATION_LOST' ? await findResult(job) : null;
    if (resultUri !== null) return { resultUri, billedSeconds: null };
    throw await dropOperation(deps, job, { operation, error });
  }

  /** The result file that an earlier attempt did not get to read; `null` if there is none. */
  async function findResult(job: TranscriptionJob): Promise<string | null> {
    const { signal } = job.attempt;
    const [first, ...others] = await recordingStore.listObjects(resultFolderOf(job), signal);
    if (others.length > 0) {
      throw new ServiceError(
        'SPEECH_RESULT_INVALID',
        `There are ${others.length + 1} result files for one submission; one was expected (${outputPrefixOf(job)}).`,
      );
    }
    return first ?? null;
  }

  /** Returns the name of the operation: of this submission, or of one that was faster. */
  async function findOrSubmit(job: TranscriptionJob): Promise<string> {
    const { signal } = job.attempt;
    const { state } = job.submission;
    const outputPrefix = outputPrefixOf(job);
    const submit = () => {
      const audio = toSpeechAudio(job.call);
      return speech.submit({ audio, recognition: speech.plan(audio), outputPrefix }, signal);
    };
    // Announced together with its id.
    if (state === 'NEW') return submit();
    for (let mustLook = state === 'ANNOUNCED'; ; mustLook = true) {
      const accepted = mustLook ? await speech.findOperation(outputPrefix, signal) : null;
      if (accepted !== null) return accepted;
      const recognition = speech.plan(toSpeechAudio(job.call));
      const announced = await announceSubmission(deps, job, { recognition, hasLooked: mustLook });
      if (announced.next === 'POLL') return announced.operation;
      if (announced.next === 'SUBMIT') return submit();
    }
  }

  /** The text of the result file. A file that was deleted can be replaced only by a new submission. */
  async function readResult(job: TranscriptionJob, uri: string): Promise<string> {
    try {
      return await recordingStore.readText(uri, RESULT_MAX_BYTES, job.attempt.signal);
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code !== 'STORAGE_OBJECT_MISSING') throw error;
      const missing = new ServiceError(
        'SPEECH_RESULT_MISSING',
        `The transcript file was deleted before it was read (${uri}).`,
      );
      throw await abandonSubmission(deps, job, missing);
    }
  }

  function outputPrefixOf(job: TranscriptionJob): string {
    return recordingStore.uriOf(resultFolderOf(job));
  }
}

function delaysOf({ call }: TranscriptionJob) {
  return pollDelays(call.recordingSeconds?.toNumber() ?? null);
}

function resultFolderOf({ call, submission }: TranscriptionJob): string {
  return `transcripts/${call.callSid}/${submission.id}/`;
}

/** What is known about the archived audio. */
function toSpeechAudio(call: ArchivedCall): SpeechAudio {
  return {
    uri: call.recordingUrl,
    mimeType: call.mimeType,
    codec: call.audioCodec,
    bitsPerSample: call.bitsPerSample,
    channels: call.audioChannels,
    sampleRateHertz: call.sampleRateHertz,
    durationSeconds: call.recordingSeconds?.toNumber() ?? null,
  };
}

/** Whether polling again is pointless: the operation ended in an error, or Google forgot it. */
function hasEnded(error: unknown): error is ServiceError {
  return (
    error instanceof ServiceError &&
    (error.code === 'SPEECH_OPERATION_LOST' || error.context['operationEnded'] === true)
  );
}
