import type { Readable } from 'node:stream';

import type { Call } from '../../generated/prisma/client.ts';
import type { Ear, Hearing, Listener } from '../../audio/ear/ear.ts';
import { inspectAudio, type AudioFacts, type InspectedAudio } from '../../audio/inspect-audio.ts';
import type {
  AcceptMismatch,
  PhoneSystem,
  RecordingMetadata,
} from '../../clients/phone-system/client.ts';
import type { RecordingStore, StoredObject } from '../../clients/recording-store/client.ts';
import type { CallKey } from '../../domain/call.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { Attempt } from '../step/attempt.ts';
import { mismatchRule, type AcceptMismatchDeps } from './accept-mismatch.ts';
import { explainFailedFetch } from './failed-fetch.ts';

export type CopyRecordingDeps = AcceptMismatchDeps & {
  readonly phoneSystem: PhoneSystem;
  readonly recordingStore: RecordingStore;
  readonly ear: Ear;
};

/** A recording that was copied into the store, and what is known about it. */
export type CopiedRecording = {
  readonly object: StoredObject;
  readonly facts: AudioFacts;
  readonly hearing: Hearing;
  readonly metadata: RecordingMetadata;
  readonly sizeBytes: number;
  readonly sha256: string;
  /** `MISMATCH`: it is not as the phone system describes it. */
  readonly integrity: 'MISMATCH' | null;
};

/**
 * Streams the recording from the phone system through the inspection into the store. Audio that is
 * fetched again is compared first: the same is not uploaded, because a retention policy would refuse
 * that, and other audio gets a name of its own. Nothing that the row names is overwritten or deleted
 * here: the row may never come to know of the new object.
 */
export async function copyRecording(
  deps: CopyRecordingDeps,
  call: Call,
  attempt: Attempt,
): Promise<CopiedRecording> {
  const { recordingStore } = deps;
  const { signal } = attempt;
  try {
    const accepts = await mismatchRule(deps, call, attempt);
    const order = { call, signal, accepts };
    const archived =
      call.recordingUrl === null ? null : await recordingStore.find(call.recordingUrl, signal);
    if (call.recordingUrl === null || archived === null) return await storeFirst(deps, order);

    const again = await fetchInto(deps, order, ({ audio }) => recordingStore.measure(audio));
    const { crc32c, sizeBytes } = again.result;
    if (crc32c === archived.crc32c && sizeBytes === archived.sizeBytes) {
      const { generation } = archived;
      const object = { uri: call.recordingUrl, generation, sizeBytes, created: false };
      return { ...again.facts, object };
    }
    return await storeAs(crc32c, deps, order);
  } catch (error) {
    throw await explainFailedFetch(error, { log: deps.log, call, attempt });
  }
}

/** What is fetched, and under which conditions. */
type Order = {
  readonly call: CallKey;
  readonly signal: AbortSignal;
  readonly accepts: AcceptMismatch;
};

/** Stores the audio under the call's first name; where another object is kept there, under its own. */
async function storeFirst(deps: CopyRecordingDeps, order: Order): Promise<CopiedRecording> {
  try {
    return await storeAs(null, deps, order);
  } catch (error) {
    const isKept = error instanceof ServiceError && error.code === 'STORAGE_OBJECT_PROTECTED';
    const version = isKept ? error.context['sentCrc32c'] : null;
    if (typeof version !== 'string') throw error;
    return await storeAs(version, deps, order);
  }
}

async function storeAs(
  version: string | null,
  deps: CopyRecordingDeps,
  order: Order,
): Promise<CopiedRecording> {
  const { facts, result: object } = await fetchInto(deps, order, (inspected) => {
    const { signal } = order;
    const { callSid } = order.call;
    const { extension, mimeType: contentType, audio } = inspected;
    const input = { callSid, extension, version, contentType, audio, signal };
    return deps.recordingStore.saveRecording(input);
  });
  return { ...facts, object };
}

/** Fetches the recording into `sink`, and inspects and hears it on its way. */
async function fetchInto<T>(
  { phoneSystem, ear }: CopyRecordingDeps,
  { call, signal, accepts }: Order,
  sink: (inspected: InspectedAudio) => Promise<T>,
): Promise<{ readonly facts: Omit<CopiedRecording, 'object'>; readonly result: T }> {
  const receive = async (source: Readable) => {
    let listener: Listener | null = null;
    const inspected = await inspectAudio(source, (extension, channels) => {
      listener = ear.listen(extension, channels);
      return listener;
    });
    const result = await sink(inspected);
    const facts = await inspected.facts;
    return { result, facts, hearing: await heardBy(listener) };
  };
  const { received, ...fetched } = await phoneSystem.fetchRecording(call, receive, signal, accepts);
  const { facts, hearing, result } = received;
  return { facts: { ...fetched, facts, hearing }, result };
}

function heardBy(listener: Listener | null): Promise<Hearing> | Hearing {
  return listener?.end() ?? { notHeard: 'EMPTY' };
}
