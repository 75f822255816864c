import { randomUUID } from 'node:crypto';

import { Prisma, type Call } from '../../generated/prisma/client.ts';
import type { SpeechProvider } from '../../clients/speech-provider/client.ts';
import type { SpeechAudio } from '../../clients/speech/client.ts';
import type { Recognition } from '../../domain/recognition.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { Database } from '../../repositories/database.ts';
import { lockCall, superseded } from '../step/call-row.ts';

/** A call whose recording lies in the store. */
export type ArchivedCall = Call & { readonly recordingUrl: string; readonly sha256: string };

/** A transcription that is paid for once, however often it is looked after. */
export type Submission = {
  readonly id: string;
  /** Google's name for it, once it has one. */
  readonly operation: string | null;
};

/**
 * The submission to look after: the row's, if it is for this audio and this provider and need not be
 * redone; else one with a new id, written to the row before anything is submitted under it. The row
 * is locked meanwhile, so that two attempts of the step look after the same one.
 */
export function reserveSubmission(
  { database, calls }: { readonly database: Database; readonly calls: CallRepository },
  call: ArchivedCall,
  provider: SpeechProvider['provider'],
  redo: boolean,
): Promise<Submission> {
  return database.transaction(async (tx) => {
    const now = await lockCall(calls, call, 'transcribeRecording', tx);
    const mayReuse = !redo || now.speechSubmissionRunId === call.runId;
    // One provider's operation or result means nothing to the other.
    const isTheirs = (now.speechSubmissionProvider ?? 'google') === provider;
    const isThisAudio = now.speechSubmissionSha256 === call.sha256;
    if (now.speechSubmissionId !== null && isThisAudio && isTheirs && mayReuse) {
      return { id: now.speechSubmissionId, operation: now.speechOperation };
    }
    const id = randomUUID();
    await calls.update(
      call.id,
      {
        speechSubmissionId: id,
        speechSubmissionProvider: provider,
        speechSubmissionSha256: call.sha256,
        speechSubmissionRunId: call.runId,
        speechOperation: null,
        speechRecognition: Prisma.DbNull,
      },
      tx,
    );
    return { id, operation: null };
  });
}

/**
 * Puts how the audio is about to be transcribed on the row, so that the transcript can tell it,
 * whatever the configuration is by then. Returns the operation of this submission if one is there:
 * an attempt that was held up finds what its successor has submitted by now.
 */
export function announceRecognition(
  { database, calls }: { readonly database: Database; readonly calls: CallRepository },
  call: ArchivedCall,
  submission: Submission,
  recognition: Recognition,
): Promise<string | null> {
  return database.transaction(async (tx) => {
    const now = await lockCall(calls, call, 'transcribeRecording', tx);
    if (now.speechSubmissionId !== submission.id) throw superseded('transcribeRecording');
    if (now.speechOperation !== null) return now.speechOperation;
    await calls.update(call.id, { speechRecognition: recognition }, tx);
    return null;
  });
}

/** Gives up a submission whose result is gone, unless another one has taken its place already. */
export async function abandonSubmission(
  { database, calls }: { readonly database: Database; readonly calls: CallRepository },
  call: ArchivedCall,
  submission: Submission,
): Promise<void> {
  await database.transaction(async (tx) => {
    const now = await lockCall(calls, call, 'transcribeRecording', tx);
    if (now.speechSubmissionId !== submission.id) return;
    await calls.update(call.id, { speechSubmissionId: null, speechOperation: null }, tx);
  });
}

/** What is known of the archived audio. */
export function speechAudioOf(call: ArchivedCall): SpeechAudio {
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

/** The call, for which archiving has been done. */
export function requireArchived(call: Call): ArchivedCall {
  const { recordingUrl, sha256 } = call;
  if (recordingUrl === null || sha256 === null) {
    throw new ServiceError(
      'STORAGE_OBJECT_MISSING',
      'The call has no archived recording: the row lost it while the run went on.',
    );
  }
  return { ...call, recordingUrl, sha256 };
}
