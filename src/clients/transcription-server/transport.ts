import { Readable } from 'node:stream';

import { Agent, request, type Dispatcher } from 'undici';

import { readBounded } from '../shared/read-bounded.ts';
import { parseRetryAfter } from '../shared/retry-after.ts';
import { toConnectionError, transcriptionError } from './errors.ts';
import { toForm, type AudioFile } from './multipart.ts';

/** A server that does not even accept a connection is down. */
const CONNECT_TIMEOUT_MS = 10_000;

/** Half a minute in which an upload or a reply does not move is a dead connection. */
const IDLE_TIMEOUT_MS = 30_000;

/**
 * The words of eight hours of two people, with the times of each, take about 100 bytes a word and so
 * stay below 12 MB; some servers add as much again in numbers that nobody asked for.
 */
export const REPLY_MAX_BYTES = 32 * 1024 * 1024;

type ServerReply = {
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs: number | null;
};

export type Post = (
  fields: readonly (readonly [name: string, value: string])[],
  file: AudioFile,
  signal: AbortSignal,
) => Promise<ServerReply>;

/**
 * Creates the connections to the server, by which a form is sent to its one route. No redirect is
 * followed: it could carry the key and the audio to another host. The reply may take
 * `answerTimeoutMs` to begin.
 */
export function createTransport(
  config: { readonly baseUrl: string; readonly apiKey: string | null },
  answerTimeoutMs: number,
  idleTimeoutMs: number = IDLE_TIMEOUT_MS,
): { readonly post: Post; close(): Promise<void> } {
  const dispatcher = new Agent({
    connect: { timeout: CONNECT_TIMEOUT_MS },
    headersTimeout: answerTimeoutMs,
    bodyTimeout: idleTimeoutMs,
  });

  async function post(...[fields, file, signal]: Parameters<Post>): Promise<ServerReply> {
    signal.throwIfAborted();
    const form = toForm(fields, file);
    const stall = new AbortController();
    try {
      const reply = await request(`${config.baseUrl}/audio/transcriptions`, {
        method: 'POST',
        dispatcher,
        signal: AbortSignal.any([signal, stall.signal]),
        headers: {
          accept: 'application/json',
          // A compressed reply could unfold to any size (a "gzip bomb").
          'accept-encoding': 'identity',
          'content-type': form.contentType,
          'content-length': String(form.contentLength),
          ...(config.apiKey === null ? {} : { authorization: `Bearer ${config.apiKey}` }),
        },
        body: Readable.from(
          watched(form.body, idleTimeoutMs, () => stall.abort(stalled(idleTimeoutMs))),
          { objectMode: false },
        ),
      });
      return await readReply(reply);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw toConnectionError(error);
    }
  }

  return { post, close: () => dispatcher.destroy() };
}

/** Passes chunks on. Calls `onStall` when none is requested, or none arrives, for too long. */
async function* watched(
  body: AsyncIterable<Uint8Array>,
  idleTimeoutMs: number,
  onStall: () => void,
): AsyncGenerator<Uint8Array> {
  const timer = setTimeout(onStall, idleTimeoutMs);
  try {
    for await (const chunk of body) {
      timer.refresh();
      yield chunk;
      timer.refresh();
    }
  } finally {
    clearTimeout(timer);
  }
}

function stalled(idleTimeoutMs: number) {
  const why = `no byte of the audio moved for ${idleTimeoutMs / 1000} s`;
  return transcriptionError('SPEECH_UNAVAILABLE', why);
}

async function readReply({
  statusCode,
  headers,
  body,
}: Dispatcher.ResponseData): Promise<ServerReply> {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    // Destroying the body may report an error, which nobody else would handle.
    body.on('error', () => undefined).destroy();
    const why = 'its answer is compressed, which was not requested';
    throw transcriptionError('SPEECH_RESULT_INVALID', why);
  }
  const bytes = await readBounded(body, REPLY_MAX_BYTES, () =>
    transcriptionError('SPEECH_RESULT_INVALID', `its answer exceeds ${REPLY_MAX_BYTES} bytes`),
  );
  return {
    status: statusCode,
    text: bytes.toString('utf8'),
    retryAfterMs: parseRetryAfter(headers['retry-after']),
  };
}
