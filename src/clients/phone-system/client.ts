import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';

import type { CallKey } from '../../domain/call.ts';
import { PHONE_SYSTEM_CODES } from '../../domain/error-codes/phone-system.ts';
import { hostOf, locateFailures } from '../shared/locate-failures.ts';
import type { RecordingMetadata } from './recording-metadata.ts';
import {
  type AcceptMismatch,
  readRecordingReply,
  type RecordingSummary,
} from './recording-reply.ts';
import { createTransport, type PhoneSystemAddress } from './transport.ts';

export type { AcceptMismatch, RecordingMetadata };

export type PhoneSystemConfig = PhoneSystemAddress & {
  /** The largest recording that is accepted, in decoded bytes. */
  readonly maxBytes: number;
};

type FetchedRecording<T> = RecordingSummary & {
  /** What the receiver made of the audio. */
  readonly received: T;
};

export type PhoneSystem = {
  /**
   * Streams one recording to `receive`, which reads it to its end. The stream ends only after
   * base64, size, sha1 and response codes were found right; otherwise it is destroyed with the
   * error, so that a receiver never completes a bad recording. `receive` is called once the first
   * byte of audio has arrived. `accepts` may take audio whose size or sha1 is not as stated (nothing
   * is taken without it). Resolves when both the reply and `receive` are done.
   *
   * @throws ServiceError PHONE_SYSTEM_… or RECORDING_…; what `receive` throws; the reason of `signal`.
   */
  fetchRecording<T>(
    key: CallKey,
    receive: (audio: Readable) => Promise<T>,
    signal: AbortSignal,
    accepts?: AcceptMismatch,
  ): Promise<FetchedRecording<T>>;
};

/**
 * A recording of any length may take its time as long as it flows; half a minute of silence is a
 * dead connection (the heartbeat timeout of the step is as long).
 */
const IDLE_TIMEOUT_MS = 30_000;

/** Creates the client of the phone system's `recordings/get`. A silent connection fails after `idleTimeoutMs`. */
export function createPhoneSystem(
  config: PhoneSystemConfig,
  idleTimeoutMs: number = IDLE_TIMEOUT_MS,
): PhoneSystem & { close(): Promise<void> } {
  const transport = createTransport(config, idleTimeoutMs);
  const place = `phone system ${hostOf(config.url)}`;
  return {
    async fetchRecording(key, receive, signal, accepts = () => false) {
      // Ends the transfer when the receiver gives up, or when the body of a refusal is not wanted.
      const transfer = new AbortController();
      try {
        const body = transport.getRecording(key, { signal, transfer: transfer.signal });
        const reply = readRecordingReply(body, key, config.maxBytes, accepts);
        return await locateFailures(place, PHONE_SYSTEM_CODES, () => handOver(reply, receive));
      } finally {
        transfer.abort();
      }
    },
    close: () => transport.close(),
  };
}

async function handOver<T>(
  reply: AsyncGenerator<Uint8Array, RecordingSummary>,
  receive: (audio: Readable) => Promise<T>,
): Promise<FetchedRecording<T>> {
  const first = await reply.next();
  if (first.done) throw new Error('The reply ended without audio and without an error.');
  const { promise: summary, resolve } = Promise.withResolvers<RecordingSummary>();
  async function* whole(start: Uint8Array): AsyncGenerator<Uint8Array> {
    yield start;
    resolve(yield* reply);
  }
  const audio = Readable.from(whole(first.value), { objectMode: false });
  let failure: unknown = null;
  audio.on('error', (error) => {
    failure = error;
  });
  try {
    const received = await receive(audio);
    await finished(audio.resume());
    return { ...(await summary), received };
  } catch (error) {
    audio.destroy();
    // The receiver sees a failed reply as a failed stream and may wrap its error; the original counts.
    throw failure ?? error;
  }
}
