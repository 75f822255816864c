import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  createRecordingStore,
  type StoredObject,
} from '../../../src/clients/recording-store/client.ts';
import { startTemporarySandbox } from '../../support/temporary-sandbox.ts';

export const never = new AbortController().signal;
/** Long enough that an upload takes three requests. */
export const LONG = randomBytes(9_000_000);
export const OTHER = Buffer.from('other audio');

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Streams bytes in pieces that align neither with the stream's chunks nor with the upload's. */
export function piecesOf(bytes: Buffer, size = 70_001): Readable {
  const count = Math.ceil(bytes.length / size);
  const pieces = Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  return Readable.from(pieces, { objectMode: false });
}

export type StoreFixture = Awaited<ReturnType<typeof createStoreFixture>>;

/** A store with a sandbox of its own. */
export async function createStoreFixture() {
  const sandbox = await startTemporarySandbox();
  const control = sandbox.client;
  const config = {
    bucket: sandbox.env('RECORDINGS_BUCKET'),
    apiEndpoint: sandbox.env('STORAGE_API_ENDPOINT'),
    projectId: sandbox.env('GOOGLE_CLOUD_PROJECT'),
  };
  const store = createRecordingStore(config);
  let calls = 0;
  const nameOf = (callSid: string): string => `call-recordings/${callSid}.wav`;
  return {
    sandbox,
    control,
    config,
    store,
    nameOf,
    newCall: (): string => `1700000000.${(calls += 1)}`,
    save(
      callSid: string,
      audio: Buffer | Readable,
      options: { version?: string; signal?: AbortSignal } = {},
    ): Promise<StoredObject> {
      return store.saveRecording({
        callSid,
        extension: 'wav',
        contentType: 'audio/wav',
        audio: Buffer.isBuffer(audio) ? piecesOf(audio) : audio,
        version: options.version ?? null,
        signal: options.signal ?? never,
      });
    },
    /** The hash of the object stored under a call's name; `null` if there is none. */
    async storedSha256(callSid: string): Promise<string | null> {
      const found = (await control.objects()).find(({ name }) => name === nameOf(callSid));
      return found?.sha256 ?? null;
    },
  };
}
