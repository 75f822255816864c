import { createEar, type Ear, type Listener } from '../../src/audio/ear/ear.ts';
import { inspectAudio } from '../../src/audio/inspect-audio.ts';
import { createPhoneSystem, type PhoneSystem } from '../../src/clients/phone-system/client.ts';
import {
  createRecordingStore,
  type RecordingStore,
} from '../../src/clients/recording-store/client.ts';
import type { CallKey } from '../../src/domain/call.ts';

export type Environment = Readonly<Record<string, string>>;

/** Archives recordings like the step archiveRecording, all at once; returns their bytes together. */
export async function archiveAll(
  environment: Environment,
  keys: readonly CallKey[],
): Promise<number> {
  const phoneSystem = createPhoneSystem({
    url: valueOf(environment, 'PHONE_SYSTEM_URL'),
    username: valueOf(environment, 'PHONE_SYSTEM_USERNAME'),
    password: valueOf(environment, 'PHONE_SYSTEM_PASSWORD'),
    // The default of RECORDING_MAX_BYTES.
    maxBytes: 2 * 1024 ** 3,
  });
  const store = createRecordingStore({
    bucket: valueOf(environment, 'RECORDINGS_BUCKET'),
    apiEndpoint: valueOf(environment, 'STORAGE_API_ENDPOINT'),
    projectId: valueOf(environment, 'GOOGLE_CLOUD_PROJECT'),
  });
  const ear = createEar();
  const sizes = await Promise.all(keys.map((key) => archive({ phoneSystem, store, ear }, key)));
  await ear.close();
  await phoneSystem.close();
  return sizes.reduce((sum, size) => sum + size, 0);
}

type Clients = {
  readonly phoneSystem: PhoneSystem;
  readonly store: RecordingStore;
  readonly ear: Ear;
};

async function archive({ phoneSystem, store, ear }: Clients, key: CallKey): Promise<number> {
  const { signal } = new AbortController();
  const { callSid } = key;
  const { sizeBytes } = await phoneSystem.fetchRecording(
    key,
    async (stream) => {
      const listeners: Listener[] = [];
      const { audio, extension, mimeType, facts } = await inspectAudio(stream, (type, channels) => {
        const listener = ear.listen(type, channels);
        listeners.push(listener);
        return listener;
      });
      const object = { callSid, extension, contentType: mimeType, version: null };
      await store.saveRecording({ ...object, audio, signal });
      for (const listener of listeners) {
        const hearing = await listener.end();
        // The ear hears a few recordings at a time, and does without the others.
        if ('notHeard' in hearing && hearing.notHeard !== 'BUSY')
          throw new Error(`It was not heard: ${hearing.notHeard}.`);
      }
      return await facts;
    },
    signal,
  );
  return sizeBytes;
}

/** A variable of the sandbox's environment. */
export function valueOf(environment: Environment, name: string): string {
  const value = environment[name];
  if (value === undefined) throw new Error(`The sandbox's environment lacks ${name}.`);
  return value;
}
