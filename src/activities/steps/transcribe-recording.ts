import { heartbeat } from '@temporalio/activity';
import { z } from 'zod';

import { Prisma, type Transcript } from '../../generated/prisma/client.ts';
import type { RecordingStore } from '../../clients/recording-store/client.ts';
import type { SpeechProvider } from '../../clients/speech-provider/client.ts';
import type { SpeechOperationRepository } from '../../repositories/speech-operation-repository.ts';
import type { TranscriptRepository } from '../../repositories/transcript-repository.ts';
import { createRecordingSound } from '../../audio/ear/recording-sound.ts';
import type { Ear } from '../../audio/ear/ear.ts';
import { hearRecording } from '../hearing/hear-recording.ts';
import type { LeftOut, ParsedTranscript } from '../../domain/transcript.ts';
import { leaveOutUnsaid } from '../transcription/unsaid/leave-out-unsaid.ts';
import { findCall } from '../step/call-row.ts';
import { defineStep, type StepDeps, type StepInput } from '../step/define-step.ts';
import { keepAlive } from '../step/keep-alive.ts';
import { withinTime } from '../step/time-limit.ts';
import { requireArchived, type ArchivedCall } from '../step/archived-call.ts';
import { createGoogleTranscriber } from '../transcription/google-transcriber.ts';
import { createServerTranscriber } from '../transcription/server-transcriber.ts';
import { reserveSubmission } from '../transcription/submission.ts';
import type {
  OnProgress,
  Transcriber,
  Transcription,
  TranscriptionJob,
} from '../transcription/transcriber.ts';

export type TranscribeRecordingDeps = StepDeps & {
  readonly transcripts: TranscriptRepository;
  readonly speechOperations: SpeechOperationRepository;
  readonly recordingStore: RecordingStore;
  readonly speech: SpeechProvider;
  readonly ear: Ear;
};

export type TranscribeRecordingResult = { readonly transcriptId: string };

// Four attempts at a recording of eight hours, or a night and a morning in which nobody answers. What a
// recording has waited for a place is not part of it.
const GIVE_UP_AFTER_MS = 12 * 60 * 60 * 1000;

/**
 * Turns the archived audio into words and pays for it once: the submission's id is on the row before
 * anything is sent, and a later attempt looks for what an earlier one left under it.
 */
export function createTranscribeRecording(deps: TranscribeRecordingDeps) {
  const { database, calls, transcripts } = deps;
  const transcriber = toTranscriber(deps);
  return defineStep(deps, {
    step: 'transcribeRecording',
    // A recording that waits for a place has not failed.
    failedEvent: (code) => (code === 'SPEECH_QUEUED' ? null : 'TRANSCRIPTION_FAILED'),

    async run({ callSid, redo }: StepInput, attempt): Promise<TranscribeRecordingResult> {
      const archived = requireArchived(await findCall(calls, callSid));
      // A call that names no submission has no transcript that can be used.
      const stored =
        archived.speechSubmissionId === null ? null : await transcripts.findByCall(archived.id);
      if (stored !== null && isUpToDate(stored, archived, redo)) return { transcriptId: stored.id };

      const { provider, planOf } = transcriber;
      return withinTime(deps, { call: archived, attempt, limitMs: GIVE_UP_AFTER_MS }, async () => {
        const { call, sound } = await keepAlive(() => hearRecording(deps, archived, attempt));
        const order = { call, attempt, provider, redo, planOf };
        const submission = await reserveSubmission(deps, order);
        const job = { call, sound, submission, attempt };
        return save(job, withoutUnsaid(job, await transcribe(job)));
      });
    },
  });

  /** Heartbeats with the operation's name, as soon as there is one. */
  function transcribe(job: TranscriptionJob): Promise<Transcription> {
    let progress: Parameters<OnProgress>[0] | undefined;
    const onProgress: OnProgress = (details) => {
      progress = details;
      heartbeat(details);
    };
    return keepAlive(
      () => transcriber.transcribe(job, onProgress),
      () => progress,
    );
  }

  /** Stores the transcript together with its log row. */
  function save(
    { call, submission, attempt }: TranscriptionJob,
    { remarks, leftOut, ...parsed }: Heard,
  ): Promise<TranscribeRecordingResult> {
    return database.transaction(async (tx) => {
      // The operation's name stays on the row, because it says which operation was paid for.
      const { speechRecognition } = await attempt.lockCall(call, tx);
      const row = {
        ...parsed,
        callId: call.id,
        segments: [...parsed.segments],
        leftOut: leftOut ?? Prisma.DbNull,
        // Google bills whole seconds; the column holds whole seconds.
        billedSeconds: parsed.billedSeconds === null ? null : Math.ceil(parsed.billedSeconds),
        model: modelOf(speechRecognition),
        recognition: speechRecognition ?? Prisma.DbNull,
        sha256: call.sha256,
        submissionId: submission.id,
        runId: call.runId,
      };
      const { id, isStored } = await transcripts.save(row, tx);
      const message = [summaryOf(parsed), ...remarks].join(' ');
      // Otherwise a faster attempt of this step has stored it.
      if (isStored) {
        await attempt.note({ callId: call.id }, [{ event: 'TRANSCRIPTION_SUCCESS', message }], tx);
      }
      return { transcriptId: id };
    });
  }
}

type Heard = Transcription & { readonly leftOut: LeftOut | null };

/** What somebody can have said, where the recording was heard without a fault. */
function withoutUnsaid({ sound }: TranscriptionJob, transcription: Transcription): Heard {
  // Behind damage, the times of the decoder and those of the recogniser may differ.
  if (sound === null || sound.damage > 0) return { ...transcription, leftOut: null };
  const recording = createRecordingSound(sound.envelope);
  const { segments, leftOut } = leaveOutUnsaid(transcription.segments, recording);
  return {
    ...transcription,
    segments,
    text: segments.map(({ text }) => text).join('\n'),
    leftOut,
    remarks: [...transcription.remarks, ...remarksOn(leftOut)],
  };
}

function remarksOn({ silent, bleed, loops }: LeftOut): string[] {
  if (silent + bleed + loops === 0) return [];
  return [
    `Left out, because nobody can have said it: ${silent} segments in silence or steady sound, ${bleed} that repeat a louder channel, ${loops} loops.`,
  ];
}

/** The transcriber for the provider that the worker was given. */
function toTranscriber(deps: TranscribeRecordingDeps): Transcriber {
  const { speech } = deps;
  switch (speech.provider) {
    case 'google':
      return createGoogleTranscriber({ ...deps, speech });
    case 'openai-compatible':
      return createServerTranscriber({ ...deps, server: speech });
  }
}

/** The model that was asked for. Rows from before this was stored do not say. */
function modelOf(recognition: Prisma.JsonValue): string {
  const model = z.object({ model: z.string() }).safeParse(recognition);
  return model.success ? model.data.model : 'not recorded';
}

function summaryOf({ text, segments, billedSeconds }: ParsedTranscript): string {
  const billed =
    billedSeconds === null
      ? 'an unknown number of billed seconds'
      : `${billedSeconds} billed seconds`;
  return text === ''
    ? `Transcribed: no words were found in ${billed}.`
    : `Transcribed: ${segments.length} segments, ${billed}.`;
}

/**
 * Whether a stored transcript can be used: made from this audio, by the submission that the row
 * names, and by this run if the step is to be redone.
 */
function isUpToDate(stored: Transcript, call: ArchivedCall, redo: boolean): boolean {
  return (
    stored.sha256 === call.sha256 &&
    stored.submissionId === call.speechSubmissionId &&
    (!redo || stored.runId === call.runId)
  );
}
