import { heartbeat } from '@temporalio/activity';
import { z } from 'zod';

import { Prisma, type Transcript } from '../../generated/prisma/client.ts';
import type { RecordingStore } from '../../clients/recording-store/client.ts';
import type { SpeechProvider } from '../../clients/speech-provider/client.ts';
import type { Database } from '../../repositories/database.ts';
import type { TranscriptRepository } from '../../repositories/transcript-repository.ts';
import type { StepInput } from './archive-recording.ts';
import { findCall, lockCall } from '../step/call-row.ts';
import { keepAlive } from '../step/keep-alive.ts';
import { runStep, type Attempt, type RunStepDeps } from '../step/define-step.ts';
import { createServerTranscriber } from '../transcription/server-transcriber.ts';
import { createGoogleTranscriber } from '../transcription/google-transcriber.ts';
import {
  requireArchived,
  reserveSubmission,
  type ArchivedCall,
  type Submission,
} from '../transcription/submission.ts';
import type { Transcriber, Transcription } from '../transcription/transcriber.ts';

export type TranscribeRecordingDeps = RunStepDeps & {
  readonly database: Database;
  readonly transcripts: TranscriptRepository;
  readonly recordingStore: RecordingStore;
  readonly speech: SpeechProvider;
};

export type TranscribeRecordingResult = { readonly transcriptId: string };

/**
 * Turns the archived audio into words, paying for it once: the submission's id is on the row before
 * anything is sent, and a later attempt looks for what an earlier one left under it.
 */
export function createTranscribeRecording(deps: TranscribeRecordingDeps) {
  const { database, calls, log, transcripts } = deps;
  const transcriber = toTranscriber(deps);
  return ({ callSid, redo }: StepInput): Promise<TranscribeRecordingResult> =>
    runStep(
      deps,
      'transcribeRecording',
      callSid,
      () => 'TRANSCRIPTION_FAILED',
      async (attempt) => {
        const call = requireArchived(await findCall(calls, callSid));
        const stored = await transcripts.findByCall(call.id);
        if (stored !== null && isUpToDate(stored, call, redo)) return { transcriptId: stored.id };

        const submission = await reserveSubmission(deps, call, transcriber.provider, redo);
        let details: { readonly operation: string } | undefined;
        const transcription = await keepAlive(
          () =>
            transcriber.transcribe(call, submission, attempt.signal, (progress) => {
              details = progress;
              heartbeat(details);
            }),
          () => details,
        );
        return save(call, submission, transcription, attempt);
      },
    );

  /** Stores the transcript together with its log row. */
  function save(
    call: ArchivedCall,
    submission: Submission,
    { remarks, ...parsed }: Transcription,
    attempt: Attempt,
  ): Promise<TranscribeRecordingResult> {
    return database.transaction(async (tx) => {
      const { speechRecognition } = await lockCall(calls, call, 'transcribeRecording', tx);
      const stored = await transcripts.findByCall(call.id, tx);
      // A faster attempt of this step has stored it. The operation's name stays on the row: it
      // tells which one was paid for.
      if (stored?.submissionId === submission.id) return { transcriptId: stored.id };
      const { id } = await transcripts.save(
        {
          ...parsed,
          callId: call.id,
          segments: [...parsed.segments],
          // Google bills whole seconds; the column holds whole seconds.
          billedSeconds: Math.ceil(parsed.billedSeconds),
          model: modelOf(speechRecognition),
          recognition: speechRecognition ?? Prisma.DbNull,
          sha256: call.sha256,
          submissionId: submission.id,
          runId: call.runId,
        },
        tx,
      );
      await log.create(
        attempt.logRow({
          callId: call.id,
          status: 'LOG_INFO',
          event: 'TRANSCRIPTION_SUCCESS',
          message: [summaryOf(parsed), ...remarks].join(' '),
        }),
        tx,
      );
      return { transcriptId: id };
    });
  }
}

/** The model that was asked for. What was submitted before this was kept does not tell. */
function modelOf(recognition: Prisma.JsonValue): string {
  const model = z.object({ model: z.string() }).safeParse(recognition);
  return model.success ? model.data.model : 'not recorded';
}

/** What the provider that the worker was given makes of a recording. */
function toTranscriber(deps: TranscribeRecordingDeps): Transcriber {
  const { speech } = deps;
  switch (speech.provider) {
    case 'google':
      return createGoogleTranscriber({ ...deps, speech });
    case 'openai-compatible':
      return createServerTranscriber({ ...deps, server: speech });
  }
}

function summaryOf({ text, segments, billedSeconds }: Omit<Transcription, 'remarks'>): string {
  return text === ''
    ? `Transcribed: no words were found in ${billedSeconds} billed seconds.`
    : `Transcribed: ${segments.length} segments, ${billedSeconds} billed seconds.`;
}

/**
 * Whether a stored transcript will do: made from this audio, by the submission that the row knows,
 * and by this run if the step is to be redone.
 */
function isUpToDate(stored: Transcript, call: ArchivedCall, redo: boolean): boolean {
  return (
    stored.sha256 === call.sha256 &&
    stored.submissionId === call.speechSubmissionId &&
    (!redo || stored.runId === call.runId)
  );
}
