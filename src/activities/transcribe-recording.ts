import { heartbeat } from '@temporalio/activity';
import { z } from 'zod';

import { Prisma, type Transcript } from '../generated/prisma/client.ts';
import type { RecordingStore } from '../clients/recording-store.ts';
import { parseTranscript, type Speech } from '../clients/speech.ts';
import { ServiceError } from '../domain/service-error.ts';
import type { Database } from '../repositories/database.ts';
import type { TranscriptRepository } from '../repositories/transcript-repository.ts';
import type { StepInput } from './archive-recording.ts';
import { findCall, lockCall } from './find-call.ts';
import { keepAlive } from './keep-alive.ts';
import { runStep, type Attempt, type RunStepDeps } from './run-step.ts';
import { awaitResult } from './speech-operation.ts';
import {
  abandonSubmission,
  requireArchived,
  reserveSubmission,
  type ArchivedCall,
  type Submission,
} from './speech-submission.ts';

export type TranscribeRecordingDeps = RunStepDeps & {
  readonly database: Database;
  readonly transcripts: TranscriptRepository;
  readonly recordingStore: RecordingStore;
  readonly speech: Speech;
};

export type TranscribeRecordingResult = { readonly transcriptId: string };

// A transcript with the times of every word takes about 100 bytes a word; eight hours of two
// people talking without a pause stay below 30 MB.
const RESULT_MAX_BYTES = 64 * 1024 * 1024;

/**
 * Turns the archived audio into words, paying for it once: the submission's id is on the row before
 * anything is submitted, its operation is on the row and in the heartbeat before it is polled, and
 * a later attempt looks for both, for the result and for the operation before it submits.
 */
export function createTranscribeRecording(deps: TranscribeRecordingDeps) {
  const { database, calls, log, transcripts, recordingStore } = deps;
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

        const submission = await reserveSubmission(deps, call, redo);
        let details: { operation: string } | undefined;
        const json = await keepAlive(
          async () => {
            const uri = await awaitResult(deps, call, submission, attempt.signal, (operation) => {
              details = { operation };
              heartbeat(details);
            });
            return readResult(uri, call, submission, attempt.signal);
          },
          () => details,
        );
        return save(call, submission, parseTranscript(json), attempt);
      },
    );

  /** The result file's text. A result that somebody deleted cannot be had again but by a new submission. */
  async function readResult(
    uri: string,
    call: ArchivedCall,
    submission: Submission,
    signal: AbortSignal,
  ): Promise<string> {
    try {
      return await recordingStore.readText(uri, RESULT_MAX_BYTES, signal);
    } catch (error) {
      if (!(error instanceof ServiceError) || error.code !== 'STORAGE_OBJECT_MISSING') throw error;
      await abandonSubmission(deps, call, submission);
      throw new ServiceError(
        'SPEECH_RESULT_MISSING',
        'The transcript file was deleted before it was read, so the audio is submitted again.',
      );
    }
  }

  /** Stores the transcript together with its log row. */
  function save(
    call: ArchivedCall,
    submission: Submission,
    parsed: ReturnType<typeof parseTranscript>,
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
          message:
            parsed.text === ''
              ? `Transcribed: no words were found in ${parsed.billedSeconds} billed seconds.`
              : `Transcribed: ${parsed.segments.length} segments, ${parsed.billedSeconds} billed seconds.`,
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
