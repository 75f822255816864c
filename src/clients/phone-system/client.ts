import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type Dispatcher, request } from 'undici';
import type { CallKey } from '../../domain/call.ts';
import { createDispatcher } from './transport.ts';
import type { RecordingMetadata } from './recording-metadata.ts';
import { readRecordingReply, type RecordingSummary } from './recording-reply.ts';
import { isSuccess, toRefusal, toUnreachable } from './errors.ts';
import { parseRetryAfter } from '../shared/retry-after.ts';
import { ServiceError } from '../../domain/service-error.ts';

export type { RecordingMetadata };

export type PhoneSystemConfig = {
  /** What stands before `/api/json`. */
  readonly url: string;
  readonly username: string;
  readonly password: string;
  /** The largest recording that is taken, in decoded bytes. */
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
   * error, so that a receiver never completes a bad recording. `receive` is not called before the
   * first byte of audio is there. Resolves when both the reply and `receive` are done.
   *
   * @throws ServiceError PHONE_SYSTEM_… or RECORDING_…; what `receive` throws; the reason of `signal`.
   */
  fetchRecording<T>(
    key: CallKey,
    receive: (audio: Readable) => Promise<T>,
    signal: AbortSignal,
  ): Promise<FetchedRecording<T>>;
};

/** A client of the phone system's `recordings/get`. `dispatcher` holds its connections. */
export function createPhoneSystem(
  config: PhoneSystemConfig,
  dispatcher: Dispatcher = createDispatcher(),
): PhoneSystem & { close(): Promise<void> } {
  return {
    async fetchRecording(key, receive, signal) {
      // Ends the transfer when the receiver gives up, or when a refusal's body is not wanted.
      const transfer = new AbortController();
      try {
        const body = openRecording(config, key, dispatcher, signal, transfer.signal);
        return await handOver(readRecordingReply(body, key, config.maxBytes), receive);
      } finally {
        transfer.abort();
      }
    },
    close: () => dispatcher.close(),
  };
}

/** The body of the reply. Every failure of the connection leaves it as a ServiceError. */
async function* openRecording(
  config: PhoneSystemConfig,
  key: CallKey,
  dispatcher: Dispatcher,
  signal: AbortSignal,
  transfer: AbortSignal,
): AsyncGenerator<Uint8Array> {
  try {
    signal.throwIfAborted();
    const reply = await request(recordingUrl(config, key), {
      dispatcher,
      signal: AbortSignal.any([signal, transfer]),
      // A compressed reply could unfold to any size (a "gzip bomb"); base64 gains little from it.
      headers: { accept: 'application/json', 'accept-encoding': 'identity' },
    });
    if (!isSuccess(reply.statusCode)) {
      throw toRefusal(reply.statusCode, 'http', key, parseRetryAfter(reply.headers['retry-after']));
    }
    const encoding = reply.headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      throw new ServiceError(
        'PHONE_SYSTEM_REPLY_INVALID',
        'Fetching the recording failed: the answer is compressed although that was not asked for; check what stands between this service and the phone system.',
      );
    }
    const body: AsyncIterable<Uint8Array> = reply.body;
    yield* body;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error instanceof ServiceError ? error : toUnreachable(error);
  }
}

/** Ids go in as encoded query values only, so that none of them can change the address. */
function recordingUrl(config: PhoneSystemConfig, key: CallKey): URL {
  const url = new URL(`${config.url.replace(/\/+$/, '')}/api/json/recording/recordings/get`);
  url.search = new URLSearchParams({
    auth_username: config.username,
    auth_password: config.password,
    recordgroup: key.recordgroup,
    uniqueid: key.callSid,
    recordid: key.recordid,
    encoding: 'base64',
    sha1: '1',
  }).toString();
  return url;
}

async function handOver<T>(
  reply: AsyncGenerator<Uint8Array, RecordingSummary>,
  receive: (audio: Readable) => Promise<T>,
): Promise<FetchedRecording<T>> {
  const first = await reply.next();
  if (first.done) {
    throw new ServiceError(
      'RECORDING_UNREADABLE',
      'Fetching the recording failed: the recording is empty; check the recording in the phone system.',
    );
  }
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
    // The receiver sees a failed reply as a failed stream and may wrap it; the cause itself counts.
    throw failure ?? error;
  }
}
