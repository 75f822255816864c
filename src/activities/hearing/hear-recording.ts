import type { Ear } from '../../audio/ear/ear.ts';
import { audioTypeOf } from '../../audio/audio-format.ts';
import { decodeEnvelope, ENVELOPE_MAX_BYTES } from '../../audio/ear/envelope.ts';
import type { RecordingStore } from '../../clients/recording-store/client.ts';
import { envelopeOf } from '../../domain/envelope.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { Database } from '../../repositories/database.ts';
import type { Attempt } from '../step/attempt.ts';
import type { ArchivedCall } from '../step/archived-call.ts';
import { type HeardRecording, readHeardFacts } from './heard-recording.ts';
import { keepEnvelope } from './keep-envelope.ts';

export type HearRecordingDeps = {
  readonly database: Database;
  readonly calls: CallRepository;
  readonly recordingStore: Pick<RecordingStore, 'open' | 'readBytes' | 'saveEnvelope'>;
  readonly ear: Ear;
};

/** A call whose recording was listened to; `sound` is `null` when nothing can be told from it. */
export type HeardCall = { readonly call: ArchivedCall; readonly sound: HeardRecording | null };

/**
 * What was heard in an archived recording. One that nobody has listened to, because it was archived by
 * an earlier version or while the ear was busy, is listened to now. Nothing fails because of the ear:
 * whatever keeps it from the recording keeps the transcriber from it too, which says so. Throws the
 * reason of the signal, and what the database throws.
 */
export async function hearRecording(
  deps: HearRecordingDeps,
  call: ArchivedCall,
  attempt: Attempt,
): Promise<HeardCall> {
  try {
    const isTried = call.heard !== null && call.heardSha256 === call.sha256;
    const sound = await readSound(deps, call, attempt.signal);
    if (sound !== null || (isTried && envelopeOf(call) === null)) return { call, sound };
    const heard = await listenNow(deps, call, attempt);
    return { call: heard, sound: await readSound(deps, heard, attempt.signal) };
  } catch (error) {
    if (!(error instanceof ServiceError) || !error.code.startsWith('STORAGE_')) throw error;
    return { call, sound: null };
  }
}

/** The envelope that the row names, and the facts beside it; `null` when there is none. */
async function readSound(
  { recordingStore }: HearRecordingDeps,
  call: ArchivedCall,
  signal: AbortSignal,
): Promise<HeardRecording | null> {
  const object = envelopeOf(call);
  const facts = readHeardFacts(call.heard);
  if (object === null || facts === null) return null;
  try {
    const bytes = await recordingStore.readBytes(object.uri, ENVELOPE_MAX_BYTES, signal);
    const envelope = decodeEnvelope(bytes);
    return envelope && { ...facts, envelope };
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'STORAGE_OBJECT_MISSING') return null;
    throw error;
  }
}

/** Reads the recording from the store, listens to it, and notes on the call what was heard. */
async function listenNow(
  { database, calls, recordingStore, ear }: HearRecordingDeps,
  call: ArchivedCall,
  attempt: Attempt,
): Promise<ArchivedCall> {
  const { recordingUrl, recordingGeneration, sha256 } = call;
  let listener: ReturnType<Ear['listen']> | null = null;
  let isWhole = false;
  try {
    for await (const chunk of recordingStore.open(
      recordingUrl,
      recordingGeneration,
      attempt.signal,
    )) {
      if (listener === null) {
        const type = await audioTypeOf(chunk);
        if (type === null) return call;
        listener = ear.listen(type.extension, call.audioChannels ?? 2);
      }
      await listener.write(chunk);
    }
    isWhole = true;
  } finally {
    if (!isWhole) listener?.stop();
  }
  if (listener === null) return call;
  const recording = { recordingUri: recordingUrl, sha256, hearing: await listener.end() };
  const { columns, problem } = await keepEnvelope(recordingStore, recording, attempt.signal);
  return database.transaction(async (tx) => {
    const current = await attempt.lockCall(call, tx);
    if (current.sha256 !== sha256) return call;
    const { heardSeconds } = columns;
    const lengths = heardSeconds == null ? {} : { recordingSeconds: heardSeconds };
    const updated = await calls.update(call.id, { ...columns, ...lengths }, tx);
    if (problem !== null) {
      await attempt.note({ callId: call.id }, [{ event: 'RECORDING_NOT_HEARD', ...problem }], tx);
    }
    return { ...call, ...updated, recordingUrl, sha256 };
  });
}
