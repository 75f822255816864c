import type { Readable } from 'node:stream';

import type { Call, Prisma } from '../../generated/prisma/client.ts';
import { inspectAudio, type AudioFacts } from '../../audio/inspect-audio.ts';
import type { PhoneSystem, RecordingMetadata } from '../../clients/phone-system/client.ts';
import type { RecordingStore, StoredObject } from '../../clients/recording-store/client.ts';
import { recordedAtOf } from '../../domain/call.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { Database } from '../../repositories/database.ts';
import { findCall, lockCall } from '../step/call-row.ts';
import { keepAlive } from '../step/keep-alive.ts';
import { runStep, type Attempt, type RunStepDeps } from '../step/define-step.ts';

export type ArchiveRecordingDeps = RunStepDeps & {
  readonly database: Database;
  readonly phoneSystem: PhoneSystem;
  readonly recordingStore: RecordingStore;
};

export type StepInput = {
  readonly callSid: string;
  /** Do not reuse what an earlier run stored. */
  readonly redo: boolean;
};

export type ArchiveRecordingResult = { readonly recordingUrl: string };

// A recording appears in the phone system some time after the call ended; a quarter of an hour is
// the longest that was seen (design, section 4).
const FRESH_MS = 15 * 60 * 1000;

// Asking four times a minute finds it soon without burdening the phone system.
const NOT_THERE_YET_DELAY_MS = 15_000;

// Three damaged copies in a row: the recording is damaged where it lies.
const CORRUPT_FETCHES_AT_MOST = 3;

/**
 * Copies the recording from the phone system into Cloud Storage and keeps what both say of it on
 * the call. Running twice stores the same object once.
 */
export function createArchiveRecording(deps: ArchiveRecordingDeps) {
  const { database, calls, log } = deps;
  return ({ callSid, redo }: StepInput): Promise<ArchiveRecordingResult> =>
    runStep(
      deps,
      'archiveRecording',
      callSid,
      (code) => (code.startsWith('STORAGE_') ? 'UPLOAD_FAILED' : 'FETCH_FAILED'),
      async (attempt) => {
        const call = await findCall(calls, callSid);
        const mayReuse = !redo || call.archiveRunId === call.runId;
        if (call.recordingUrl !== null && mayReuse) return { recordingUrl: call.recordingUrl };

        const { received, metadata, sizeBytes, sha256 } = await keepAlive(() =>
          copyRecording(deps, call, attempt),
        );
        const { object, facts } = received;

        return database.transaction(async (tx) => {
          const now = await lockCall(calls, call, 'archiveRecording', tx);
          // A faster attempt of this step has stored it: what it wrote counts.
          if (now.recordingUrl !== null && now.archiveRunId === call.runId) {
            return { recordingUrl: now.recordingUrl };
          }
          await calls.update(
            call.id,
            {
              recordingUrl: object.uri,
              recordingGeneration: object.generation,
              archiveRunId: call.runId,
              sizeBytes,
              sha256,
              ...fromAudio(facts),
              ...fromMetadata(metadata, callSid),
              ...(hasOtherNumbers(now, metadata) ? NO_MATCH : {}),
            },
            tx,
          );
          const entry = { callId: call.id, status: 'LOG_INFO' } as const;
          const size = `${sizeBytes} bytes of ${facts.codec}`;
          await log.create(
            attempt.logRow({
              ...entry,
              event: 'FETCH_SUCCESS',
              message: `Recording fetched from the phone system: ${size}.`,
            }),
            tx,
          );
          await log.create(
            attempt.logRow({
              ...entry,
              event: 'UPLOAD_SUCCESS',
              message: object.created
                ? `Recording archived at ${object.uri}.`
                : `The same recording lies at ${object.uri} already.`,
            }),
            tx,
          );
          return { recordingUrl: object.uri };
        });
      },
    );
}

/** Streams the recording from the phone system through the inspection into the store. */
async function copyRecording(deps: ArchiveRecordingDeps, call: Call, attempt: Attempt) {
  const { phoneSystem, recordingStore } = deps;
  const receive = async (source: Readable) => {
    const { extension, mimeType, audio, facts } = await inspectAudio(source);
    const object = await store(recordingStore, call, attempt, { extension, mimeType, audio });
    return { object, facts: await facts };
  };
  try {
    return await phoneSystem.fetchRecording(call, receive, attempt.signal);
  } catch (error) {
    throw await judge(error, deps, call, attempt);
  }
}

/**
 * Stores the audio: over the object that the row knows, or where none may be yet. When redone audio
 * has another format, and so another name, the old object goes.
 */
async function store(
  recordingStore: RecordingStore,
  call: Call,
  attempt: Attempt,
  recording: { extension: AudioFacts['extension']; mimeType: string; audio: Readable },
): Promise<StoredObject> {
  const { extension, mimeType: contentType, audio } = recording;
  const { callSid, recordingUrl, recordingGeneration } = call;
  const uri = recordingStore.recordingUri({ callSid, extension });
  const object = await recordingStore.saveRecording({
    callSid,
    extension,
    contentType,
    audio,
    replaceGeneration: recordingUrl === uri ? recordingGeneration : null,
    signal: attempt.signal,
  });
  if (recordingUrl !== null && recordingUrl !== uri && recordingGeneration !== null) {
    await recordingStore.deleteObject(recordingUrl, recordingGeneration, attempt.signal);
  }
  return object;
}

/** What a failed fetch means for this call, at this time and after so many attempts. */
async function judge(
  error: unknown,
  { log }: ArchiveRecordingDeps,
  call: Call,
  attempt: Attempt,
): Promise<unknown> {
  if (!(error instanceof ServiceError)) return error;
  if (error.code === 'RECORDING_NOT_FOUND') {
    const since = recordedAtOf(call.callSid) ?? attempt.scheduledAt;
    if (Date.now() - since.getTime() >= FRESH_MS) return error;
    return new ServiceError(
      'RECORDING_NOT_THERE_YET',
      'The phone system does not have the recording yet; it is asked again every 15 seconds while the recording is younger than 15 minutes.',
      { retryAfterMs: NOT_THERE_YET_DELAY_MS, context: error.context },
    );
  }
  if (error.code === 'RECORDING_CORRUPT') {
    const { runId, activityId } = attempt;
    const earlier = await log.countFailures({ runId, activityId, code: error.code });
    if (earlier + 1 >= CORRUPT_FETCHES_AT_MOST) return error.forGood();
  }
  return error;
}

function fromAudio(facts: AudioFacts): Prisma.CallUncheckedUpdateManyInput {
  return {
    mimeType: facts.mimeType,
    audioCodec: facts.codec,
    bitsPerSample: facts.bitsPerSample,
    audioChannels: facts.channels,
    sampleRateHertz: facts.sampleRateHertz,
    recordingSeconds: facts.durationSeconds,
  };
}

/** A match that was found by other numbers is none. The run that redoes this step may not live to redo that. */
const NO_MATCH = {
  externalPhoneNumber: null,
  direction: null,
  companyMatch: null,
  companyId: null,
  matchRunId: null,
} as const satisfies Prisma.CallUncheckedUpdateManyInput;

function hasOtherNumbers(call: Call, metadata: RecordingMetadata): boolean {
  const { snumber, cnumber, dnumber, calleridInternal } = metadata;
  return (
    call.snumber !== snumber ||
    call.cnumber !== cnumber ||
    call.dnumber !== dnumber ||
    call.calleridInternal !== calleridInternal
  );
}

function fromMetadata(
  metadata: RecordingMetadata,
  callSid: string,
): Prisma.CallUncheckedUpdateManyInput {
  return {
    recordedAt: metadata.startedAt ?? recordedAtOf(callSid),
    snumber: metadata.snumber,
    cnumber: metadata.cnumber,
    dnumber: metadata.dnumber,
    calleridInternal: metadata.calleridInternal,
  };
}
