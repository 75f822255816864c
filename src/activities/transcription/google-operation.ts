import type { Call } from '../../generated/prisma/client.ts';
import { MAX_INTEGER } from '../../domain/bounded-number.ts';
import type { Recognition } from '../../domain/recognition.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { CallWrites } from '../../repositories/call-writes.ts';
import type { Database, TransactionClient } from '../../repositories/database.ts';
import type { SpeechOperationRepository } from '../../repositories/speech-operation-repository.ts';
import type { TranscriptRepository } from '../../repositories/transcript-repository.ts';
import type { Attempt } from '../step/attempt.ts';
import { superseded } from '../step/call-row.ts';
import type { TranscriptionJob } from './transcriber.ts';

export type GoogleOperationDeps = {
  readonly database: Database;
  readonly calls: CallRepository;
  readonly callWrites: CallWrites;
  readonly transcripts: TranscriptRepository;
  readonly speechOperations: SpeechOperationRepository;
};

/**
 * Every submission may be billed, whatever becomes of it. What has come to nothing three times needs
 * somebody to look at it; each reprocess, and each run, may submit three times more.
 */
const MAX_SUBMISSIONS = 3;

/** What an attempt that is about to submit has to do. */
export type Announcement =
  /** Nothing but this attempt can have submitted since the row was read. */
  | { readonly next: 'SUBMIT' }
  /** An earlier attempt may have submitted: look for its operation first. */
  | { readonly next: 'LOOK' }
  /** An attempt was faster, and this is its operation. */
  | { readonly next: 'POLL'; readonly operation: string };

/**
 * Writes how the audio is about to be transcribed to the row, so that the transcript can say so
 * whatever the configuration is by then, and so that a later attempt knows that there may be an
 * operation to look for. `hasLooked` says that this attempt has looked for one.
 *
 * Throws SPEECH_OPERATION_LOST, which is not retried, when the step has submitted often enough.
 */
export function announceSubmission(
  { database, calls, speechOperations }: GoogleOperationDeps,
  { call, submission, attempt }: TranscriptionJob,
  { recognition, hasLooked }: { readonly recognition: Recognition; readonly hasLooked: boolean },
): Promise<Announcement> {
  return database.transaction(async (tx) => {
    const current = await attempt.lockCall(call, tx);
    if (current.speechSubmissionId !== submission.id) throw superseded('transcribeRecording');
    const { speechOperation: operation } = current;
    if (operation !== null) return { next: 'POLL', operation };
    if (current.speechRecognition !== null && !hasLooked) return { next: 'LOOK' };
    const submissions = await speechOperations.countOf(attempt, tx);
    if (submissions >= MAX_SUBMISSIONS) {
      throw new ServiceError(
        'SPEECH_OPERATION_LOST',
        `The audio was not submitted again: ${submissions} submissions came to nothing.`,
        { retryable: false },
      );
    }
    await calls.update(call.id, { speechRecognition: recognition }, tx);
    return { next: 'SUBMIT' };
  });
}

/** Writes the operation to the row and returns it, or the one that another attempt has written. */
export async function keepOperation(
  { database, calls, callWrites, transcripts, speechOperations }: GoogleOperationDeps,
  { call, submission, attempt }: TranscriptionJob,
  operation: string,
): Promise<string> {
  const { runId, activityId } = attempt;
  const key = { callId: call.id, name: operation, runId, activityId };
  if (await callWrites.keepOperation(submission.id, key)) return operation;
  return database.transaction(async (tx) => {
    const current = await attempt.lockCall(call, tx);
    if (current.speechOperation !== null) {
      const isOther = current.speechOperation !== operation;
      if (isOther) await speechOperations.note(key, billedSecondsOf(call), tx);
      return current.speechOperation;
    }
    await speechOperations.note(key, null, tx);
    // A faster attempt has stored the transcript meanwhile, so the row needs no operation any more.
    const stored = await transcripts.findByCall(call.id, tx);
    if (stored?.submissionId === submission.id) return operation;
    await calls.update(call.id, { speechOperation: operation }, tx);
    return operation;
  });
}

/**
 * Takes an operation that has ended without a result off the row, unless another one has already
 * replaced it, and notes what it may have been billed. Returns the error for the step: it is final
 * once the step has submitted often enough.
 */
export function dropOperation(
  { database, calls, speechOperations }: GoogleOperationDeps,
  { call, attempt }: TranscriptionJob,
  { operation, error }: { readonly operation: string; readonly error: ServiceError },
): Promise<ServiceError> {
  return database.transaction(async (tx) => {
    const current = await attempt.lockCall(call, tx);
    if (current.speechOperation === operation) {
      const { runId, activityId } = attempt;
      const key = { callId: call.id, name: operation, runId, activityId };
      await speechOperations.note(key, mayBeBilled(error) ? billedSecondsOf(call) : null, tx);
      await calls.update(call.id, { speechOperation: null }, tx);
    }
    const submissions = await speechOperations.countOf(attempt, tx);
    return submissions >= MAX_SUBMISSIONS ? givenUp(error, submissions) : error;
  });
}

/**
 * Gives up a submission whose result was deleted, unless another one has already taken its place.
 * Returns the error for the step, as `dropOperation` does.
 */
export function abandonSubmission(
  { database, calls, speechOperations }: GoogleOperationDeps,
  { call, submission, attempt }: TranscriptionJob,
  error: ServiceError,
): Promise<ServiceError> {
  return database.transaction(async (tx) => {
    const current = await attempt.lockCall(call, tx);
    if (current.speechSubmissionId === submission.id) {
      const { speechOperation: name } = current;
      const { runId, activityId } = attempt;
      const key = { callId: call.id, runId, activityId };
      if (name !== null) {
        await speechOperations.note({ ...key, name }, billedSecondsOf(call), tx);
      }
      await calls.update(call.id, { speechSubmissionId: null, speechOperation: null }, tx);
    }
    const submissions = await speechOperations.countOf(attempt, tx);
    return submissions >= MAX_SUBMISSIONS ? givenUp(error, submissions) : error;
  });
}

/**
 * In the transaction that replaces the row's submission by another: the operation that it leaves
 * behind, if there is one without a transcript, was paid in vain.
 */
export async function noteAbandoned(
  { transcripts, speechOperations }: Pick<GoogleOperationDeps, 'transcripts' | 'speechOperations'>,
  { current, attempt }: { readonly current: Call; readonly attempt: Attempt },
  tx: TransactionClient,
): Promise<void> {
  const { id: callId, speechOperation: name, speechSubmissionId } = current;
  if (name === null) return;
  const stored = await transcripts.findByCall(callId, tx);
  if (stored?.submissionId === speechSubmissionId) return;
  const { runId, activityId } = attempt;
  await speechOperations.note({ callId, name, runId, activityId }, billedSecondsOf(current), tx);
}

/**
 * What Google bills for a recording, as far as we know its length: each channel separately, in whole
 * seconds.
 */
function billedSecondsOf({
  recordingSeconds,
  audioChannels,
}: Pick<Call, 'recordingSeconds' | 'audioChannels'>): number {
  const seconds = Math.ceil(recordingSeconds?.toNumber() ?? 0);
  return Math.min(seconds * (audioChannels ?? 1), MAX_INTEGER);
}

/**
 * Whether Google may bill an operation that left no result. It bills what it has transcribed, which
 * is nothing when it reports an error of its own.
 */
function mayBeBilled({ code }: ServiceError): boolean {
  return (
    code === 'SPEECH_OPERATION_LOST' ||
    code === 'SPEECH_OPERATION_EMPTY' ||
    code === 'SPEECH_RESULT_MISSING'
  );
}

function givenUp(error: ServiceError, submissions: number): ServiceError {
  const { code, message, context, cause } = error;
  return new ServiceError(
    code,
    `${message} The audio is not submitted again: ${submissions} submissions came to nothing.`,
    { context, cause, retryable: false },
  );
}
