import type { Readable } from 'node:stream';

import type { RecordingStore } from '../../src/clients/recording-store/client.ts';
import { ServiceError } from '../../src/domain/service-error.ts';

const BUCKET = 'gs://bench/';

/** A recording store that keeps small objects in this process, and only the size of recordings. */
export type AnsweringStore = RecordingStore & {
  /** Puts an object there that another system writes. */
  put(uri: string, text: string): void;
};

/** A recording store that answers at once. */
export function answeringRecordingStore(): AnsweringStore {
  const objects = new Map<string, Buffer>();
  let lastGeneration = 0;
  const nextGeneration = () => String((lastGeneration += 1));
  const uriOf = (name: string) => `${BUCKET}${name}`;
  const read = (uri: string): Buffer => {
    const found = objects.get(uri);
    // A call is read once or twice, and a long run of calls must not fill the memory that is measured.
    if (found !== undefined) return found;
    throw new ServiceError('STORAGE_OBJECT_MISSING', `There is no ${uri}.`);
  };
  return {
    uriOf,
    put: (uri, text) => void objects.set(uri, Buffer.from(text)),
    async saveRecording({ callSid, extension, audio }) {
      const sizeBytes = await sizeOf(audio);
      const uri = uriOf(`recordings/${callSid}.${extension}`);
      return { uri, generation: nextGeneration(), sizeBytes, created: true };
    },
    find: async () => null,
    measure: async (audio) => ({ sizeBytes: await sizeOf(audio), crc32c: 'AAAAAA==' }),
    async deleteObject(uri) {
      objects.delete(uri);
    },
    listObjects: async (prefix) =>
      [...objects.keys()].filter((uri) => uri.startsWith(uriOf(prefix))),
    async readText(uri) {
      const text = read(uri).toString('utf8');
      objects.delete(uri);
      return text;
    },
    async readBytes(uri) {
      const bytes = read(uri);
      objects.delete(uri);
      return bytes;
    },
    async saveEnvelope(recordingUri, bytes) {
      const uri = `${recordingUri}.envelope`;
      objects.set(uri, Buffer.from(bytes));
      return { uri, generation: nextGeneration() };
    },
    async *open(uri) {
      yield read(uri);
    },
    async saveText(name, text) {
      objects.set(uriOf(name), Buffer.from(text));
      return true;
    },
  };
}

async function sizeOf(audio: Readable): Promise<number> {
  let sizeBytes = 0;
  for await (const chunk of audio as AsyncIterable<Buffer>) sizeBytes += chunk.length;
  return sizeBytes;
}
