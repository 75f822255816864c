import { ENVELOPE_HEADER_BYTES, ENVELOPE_MAX_BYTES } from '../../audio/ear/envelope.ts';
import { STORAGE_CODES } from '../../domain/error-codes/storage.ts';
import { located, locateFailures } from '../shared/locate-failures.ts';
import type { Subject } from './errors.ts';
import { isInBucket, nameInBucket } from './object-name.ts';
import { createObjects } from './objects.ts';
import { readRange } from './read-range.ts';
import { readWaveform, type StoredWaveform } from './read-waveform.ts';
import { createSigner, type SignedRead } from './sign-url.ts';
import { createTransport, type StorageAddress } from './transport.ts';

/** One generation of an object in the bucket. */
export type StoredGeneration = { readonly uri: string; readonly generation: string };

/** The half of the archive that people listen to. */
export type RecordingReader = {
  /** Whether a URI is that of an object in the bucket; all others here take only those. */
  holds(uri: string): boolean;
  /**
   * How many bytes an object has.
   *
   * @throws ServiceError STORAGE_OBJECT_MISSING, STORAGE_…; the reason of the signal.
   */
  sizeOf(object: StoredGeneration, signal: AbortSignal): Promise<number>;
  /**
   * The bytes from `first` to `last`, both included, and none else. Reading throws ServiceError
   * STORAGE_… or the reason of the signal; leaving it ends the request.
   */
  read(
    object: StoredGeneration,
    range: { readonly first: number; readonly last: number },
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array>;
  /**
   * The peaks of an envelope, `perSecond` of them for each second; `null` when the object is none.
   * Throws, and may be left, like `read`.
   */
  readWaveform(
    object: StoredGeneration,
    perSecond: number,
    signal: AbortSignal,
  ): Promise<StoredWaveform | null>;
  /** An address at which the object can be read without credentials; `null` where none can be made. */
  signedUrl(object: StoredGeneration, how: Omit<SignedRead, 'file'>): Promise<string | null>;
};

const LOOKING: Subject = {
  what: 'Looking up the recording',
  notFound: 'STORAGE_OBJECT_MISSING',
};

const LOOKING_AT_ENVELOPE: Subject = {
  what: 'Looking up how loud the recording is',
  notFound: 'STORAGE_OBJECT_MISSING',
};

// Somebody is waiting to listen, and the gateway itself gives an answer 30 seconds to begin: looking up
// (10 s), signing (3 s) and the first piece (10 s) fit into that.
const TIMEOUTS = { requestMs: 10_000, readIdleMs: 10_000 };

/** Creates the reading half of the client of Google Cloud Storage, for one bucket. */
export function createRecordingReader(
  config: StorageAddress,
  timeouts: Readonly<typeof TIMEOUTS> = TIMEOUTS,
): RecordingReader {
  const transport = createTransport(config, timeouts.requestMs);
  const objects = createObjects(transport);
  const sign = createSigner();
  const nameOf = (uri: string): string => nameInBucket(config.bucket, uri);

  async function sizeOf(
    subject: Subject,
    { uri, generation }: StoredGeneration,
    signal: AbortSignal,
  ): Promise<number> {
    const named = { name: nameOf(uri), generation };
    const { size } = await locateFailures(uri, STORAGE_CODES, () =>
      objects.get(subject, named, signal),
    );
    return size;
  }

  async function* read(
    { uri, generation }: StoredGeneration,
    { first, last }: { readonly first: number; readonly last: number },
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    const idleTimeoutMs = timeouts.readIdleMs;
    const wanted = { name: nameOf(uri), generation, first, last, idleTimeoutMs, signal };
    try {
      yield* readRange(transport, wanted);
    } catch (error) {
      throw located(error, uri, STORAGE_CODES);
    }
  }

  return {
    holds: (uri) => isInBucket(config.bucket, uri),
    sizeOf: (object, signal) => sizeOf(LOOKING, object, signal),
    read,
    async readWaveform(object, perSecond, signal) {
      const size = await sizeOf(LOOKING_AT_ENVELOPE, object, signal);
      if (size < ENVELOPE_HEADER_BYTES || size > ENVELOPE_MAX_BYTES) return null;
      return readWaveform(read(object, { first: 0, last: size - 1 }, signal), size, perSecond);
    },
    async signedUrl({ uri, generation }, how) {
      if (!transport.hasCredentials) return null;
      return sign({ ...how, file: transport.file(nameOf(uri), generation) });
    },
  };
}
