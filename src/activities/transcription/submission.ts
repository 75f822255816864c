import { randomUUID } from 'node:crypto';

import { Prisma } from '../../generated/prisma/client.ts';
import type { SpeechProvider } from '../../clients/speech-provider/client.ts';
import type { Recognition } from '../../domain/recognition.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { Database } from '../../repositories/database.ts';
import type { Attempt } from '../step/attempt.ts';
import { superseded } from '../step/call-row.ts';
import type { ArchivedCall } from '../step/archived-call.ts';
import { noteAbandoned } from './google-operation.ts';
import type { Submission, Transcriber, TranscriptionJob } from './transcriber.ts';

export type SubmissionDeps = { readonly database: Database; readonly calls: CallRepository };

type Reservation = {
  readonly call: ArchivedCall;
  readonly attempt: Attempt;
  readonly provider: SpeechProvider['provider'];
  /** Do not reuse the submission of an earlier run. */
  readonly redo: boolean;
  readonly planOf: Transcriber['planOf'];
};

/**
 * The submission to look for: the row's, if it is for this audio and this provider and need not be
 * redone; otherwise one with a new id, written to the row before anything is submitted under it.
 */
export async function reserveSubmission(
  deps: SubmissionDeps & Parameters<typeof noteAbandoned>[0],
  reservation: Reservation,
): Promise<Submission> {
  const { call } = reservation;
  const first = call.speechSubmissionId === null ? await reserveFirst(deps, reservation) : null;
  return first ?? findOrReplace(deps, reservation);
}

/**
 * The first submission for a call; `null` if it is none. Where it is known how the audio will be transcribed,
 * it is announced together with its id: whoever reads the row from then on looks for an operation.
 */
async function reserveFirst(
  { calls }: Pick<SubmissionDeps, 'calls'>,
  reservation: Reservation,
): Promise<Submission | null> {
  const recognition = reservation.planOf(reservation.call);
  const columns = toColumns(reservation);
  const isFirst = await calls.submitFirst(
    reservation,
    recognition === null ? columns : { ...columns, speechRecognition: recognition },
  );
  const state = recognition === null ? 'RESERVED' : 'NEW';
  return isFirst ? { id: columns.speechSubmissionId, operation: null, state } : null;
}

/** The row is locked meanwhile, so that two attempts of the step look for the same submission. */
function findOrReplace(
  deps: SubmissionDeps & Parameters<typeof noteAbandoned>[0],
  reservation: Reservation,
): Promise<Submission> {
  const { database, calls } = deps;
  const { call, attempt, provider, redo } = reservation;
  return database.transaction(async (tx) => {
    const current = await attempt.lockCall(call, tx);
    const mayReuse = !redo || current.speechSubmissionRunId === call.runId;
    // One provider's operation or result means nothing to the other.
    const isSameProvider = (current.speechSubmissionProvider ?? 'google') === provider;
    const isSameAudio = current.speechSubmissionSha256 === call.sha256;
    if (current.speechSubmissionId !== null && isSameAudio && isSameProvider && mayReuse) {
      return {
        id: current.speechSubmissionId,
        operation: current.speechOperation,
        state: current.speechRecognition === null ? 'RESERVED' : 'ANNOUNCED',
      };
    }
    await noteAbandoned(deps, { current, attempt }, tx);
    const columns = toColumns(reservation);
    await calls.update(call.id, columns, tx);
    return { id: columns.speechSubmissionId, operation: null, state: 'RESERVED' };
  });
}

/** What the row says about a submission with a new id. */
function toColumns({ call, provider }: Reservation) {
  return {
    speechSubmissionId: randomUUID(),
    speechSubmissionProvider: provider,
    speechSubmissionSha256: call.sha256,
    speechSubmissionRunId: call.runId,
    speechOperation: null,
    speechRecognition: Prisma.DbNull,
  } as const;
}

/**
 * Writes how the audio is about to be transcribed to the row, so that the transcript can say so
 * whatever the configuration is by then.
 */
export function announceRecognition(
  { database, calls }: SubmissionDeps,
  { call, submission, attempt }: TranscriptionJob,
  recognition: Recognition,
): Promise<void> {
  return database.transaction(async (tx) => {
    const current = await attempt.lockCall(call, tx);
    if (current.speechSubmissionId !== submission.id) throw superseded('transcribeRecording');
    await calls.update(call.id, { speechRecognition: recognition }, tx);
  });
}
