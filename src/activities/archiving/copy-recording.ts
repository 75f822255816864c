import type { Readable } from 'node:stream';

import type { Call } from '../../generated/prisma/client.ts';
import { inspectAudio, type AudioFacts } from '../../audio/inspect-audio.ts';
import type { PhoneSystem, RecordingMetadata } from '../../clients/phone-system/client.ts';
import type { RecordingStore, StoredObject } from '../../clients/recording-store/client.ts';
import type { ProcessingLogRepository } from '../../repositories/processing-log-repository.ts';
import type { Attempt } from '../step/attempt.ts';
import { explainFailedFetch } from './failed-fetch.ts';

export type CopyRecordingDeps = {
  readonly log: ProcessingLogRepository;
  readonly phoneSystem: PhoneSystem;
  readonly recordingStore: RecordingStore;
};

/** A recording that was copied into the store, and what is known about it. */
export type CopiedRecording = {
  readonly object: StoredObject;
  readonly facts: AudioFacts;
  readonly metadata: RecordingMetadata;
  readonly sizeBytes: number;
  readonly sha256: string;
};

/** Streams the recording from the phone system through the inspection into the store. */
export async function copyRecording(
  deps: CopyRecordingDeps,
  call: Call,
  attempt: Attempt,
): Promise<CopiedRecording> {
  const { signal } = attempt;
  const receive = async (source: Readable) => {
    const { extension, mimeType, audio, facts } = await inspectAudio(source);
    const object = await store(deps, call, { extension, mimeType, audio, signal });
    return { object, facts: await facts };
  };
  try {
    const { received, ...fetched } = await deps.phoneSystem.fetchRecording(call, receive, signal);
    return { ...fetched, ...received };
  } catch (error) {
    throw await explainFailedFetch(error, { log: deps.log, call, attempt });
  }
}

type InspectedRecording = {
  readonly extension: AudioFacts['extension'];
  readonly mimeType: string;
  readonly audio: Readable;
  readonly signal: AbortSignal;
};

/**
 * Stores the audio: over the object that the row names, or else only where no object exists yet.
 * Audio that is fetched again may have another format and so another name; the old object is then
 * deleted.
 */
async function store(
  { recordingStore }: Pick<CopyRecordingDeps, 'recordingStore'>,
  { callSid, recordingUrl, recordingGeneration }: Call,
  { extension, mimeType: contentType, audio, signal }: InspectedRecording,
): Promise<StoredObject> {
  const uri = recordingStore.recordingUri({ callSid, extension });
  const object = await recordingStore.saveRecording({
    callSid,
    extension,
    contentType,
    audio,
    replaceGeneration: recordingUrl === uri ? recordingGeneration : null,
    signal,
  });
  if (recordingUrl !== null && recordingUrl !== uri && recordingGeneration !== null) {
    await recordingStore.deleteObject(recordingUrl, recordingGeneration, signal);
  }
  return object;
}
