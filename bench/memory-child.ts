import { createRecordingStore } from '../src/clients/recording-store/client.ts';
import { createPhoneSystem } from '../src/clients/phone-system/client.ts';
import { createEar, type Listener } from '../src/audio/ear/ear.ts';
import { inspectAudio } from '../src/audio/inspect-audio.ts';
import type { CallKey } from '../src/domain/call.ts';

/** The cost of one fetch, inspection and upload. */
export type Measurement = {
  readonly sizeBytes: number;
  readonly seconds: number;
  readonly peakBytes: number;
};

/** The message to the child: the call and the sandbox's environment. */
export type Order = { readonly key: CallKey; readonly environment: Record<string, string> };

function valueOf({ environment }: Order, name: string): string {
  const value = environment[name];
  if (value === undefined) throw new Error(`The sandbox's environment lacks ${name}.`);
  return value;
}

/** Archives one recording like the step archiveRecording, in a process that does nothing else. */
async function measure(order: Order): Promise<Measurement> {
  const phoneSystem = createPhoneSystem({
    url: valueOf(order, 'PHONE_SYSTEM_URL'),
    username: valueOf(order, 'PHONE_SYSTEM_USERNAME'),
    password: valueOf(order, 'PHONE_SYSTEM_PASSWORD'),
    // The default of RECORDING_MAX_BYTES.
    maxBytes: 2 * 1024 ** 3,
  });
  const store = createRecordingStore({
    bucket: valueOf(order, 'RECORDINGS_BUCKET'),
    apiEndpoint: valueOf(order, 'STORAGE_API_ENDPOINT'),
    projectId: valueOf(order, 'GOOGLE_CLOUD_PROJECT'),
  });
  const { signal } = new AbortController();
  const ear = createEar();
  const startedAt = performance.now();
  const { sizeBytes } = await phoneSystem.fetchRecording(
    order.key,
    async (stream) => {
      const listeners: Listener[] = [];
      const { audio, extension, mimeType, facts } = await inspectAudio(stream, (type, channels) => {
        const listener = ear.listen(type, channels);
        listeners.push(listener);
        return listener;
      });
      const { callSid } = order.key;
      await store.saveRecording({
        callSid,
        extension,
        contentType: mimeType,
        audio,
        version: null,
        signal,
      });
      for (const listener of listeners) {
        const hearing = await listener.end();
        if ('notHeard' in hearing) throw new Error(`It was not heard: ${hearing.notHeard}.`);
      }
      return await facts;
    },
    signal,
  );
  const seconds = (performance.now() - startedAt) / 1000;
  await ear.close();
  await phoneSystem.close();
  // The operating system's high-water mark, in kilobytes, which misses no peak, as sampling might.
  return { sizeBytes, seconds, peakBytes: process.resourceUsage().maxRSS * 1024 };
}

async function answer(order: Order): Promise<void> {
  process.send?.(await measure(order));
  process.disconnect();
}

// A failure is an unhandled rejection, which ends this process and prints its cause.
process.once('message', (order: Order) => void answer(order));
