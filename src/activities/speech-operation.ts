import { sleep } from '@temporalio/activity';

import type { RecordingStore } from '../clients/recording-store.ts';
import type { Speech } from '../clients/speech.ts';
import { ServiceError } from '../domain/service-error.ts';
import type { CallRepository } from '../repositories/call-repository.ts';
import { superseded } from './find-call.ts';
import type { ArchivedCall, Submission } from './speech-submission.ts';

type Deps = {
  readonly calls: CallRepository;
  readonly recordingStore: RecordingStore;
  readonly speech: Speech;
};

// A call of a few seconds is transcribed in a few seconds; one of an hour takes many minutes, and
// every look costs a request of the project's quota.
const FIRST_POLL_MS = 1_000;
const SLOWEST_POLL_MS = 20_000;
const POLL_GROWTH = 1.5;

/**
 * The URI of a submission's result file, once it is there. Looks in this order for the operation
 * that the row names, a result under the submission's prefix, and an operation of ours that Google
 * accepted without our hearing of it; only when there is none of these does it submit.
 *
 * An operation that has ended in an error is taken off the row, so that the next attempt submits
 * anew: Google bills what it transcribed, and that was nothing.
 */
export async function awaitResult(
  deps: Deps,
  call: ArchivedCall,
  submission: Submission,
  signal: AbortSignal,
  onOperation: (operation: string) => void,
): Promise<string> {
  const { recordingStore, speech } = deps;
  const outputPrefix = recordingStore.uriOf(`transcripts/${call.callSid}/${submission.id}/`);

  if (submission.operation !== null) {
    onOperation(submission.operation);
    return follow(submission.operation);
  }
  const result = await findResult();
  if (result !== null) return result;

  const operation =
    (await speech.findOperation(outputPrefix, signal)) ??
    (await speech.submit(
      {
        audio: {
          uri: call.recordingUrl,
          channels: call.audioChannels,
          sampleRateHertz: call.sampleRateHertz,
        },
        outputPrefix,
      },
      signal,
    ));
  onOperation(operation);
  await keepOperation(operation);
  return follow(operation);

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
        await keepOperation(null);
        throw error;
      }
      await sleep(delay);
    }
  }

  /** A result that an earlier attempt did not live to see. */
  async function findResult(): Promise<string | null> {
    const [first, ...others] = await recordingStore.listObjects(outputPrefix, signal);
    if (others.length > 0) {
      throw new ServiceError(
        'SPEECH_RESULT_INVALID',
        `There are ${others.length + 1} result files for one submission; one was expected.`,
      );
    }
    return first ?? null;
  }

  async function keepOperation(name: string | null): Promise<void> {
    const saved = await deps.calls.saveFindings(call.id, call.runId, { speechOperation: name });
    if (!saved) throw superseded('transcribeRecording');
  }
}

/** Whether looking at the operation again is pointless: it ended in an error, or Google forgot it. */
function isOver(error: unknown): error is ServiceError {
  return (
    error instanceof ServiceError &&
    (error.code === 'SPEECH_OPERATION_LOST' || error.context['operationEnded'] === true)
  );
}
