import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FaultAction } from './faults.ts';

/** A request and its reply, as node:http has them; with fastify `request.raw` and `reply.raw`. */
export type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse };

/** A reply as the system would send it. `body` may be longer than memory. */
export type HttpReply = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** The body's length if it is known in advance; otherwise the body is sent in chunks. */
  readonly contentLength?: number;
};

/**
 * Plays the part of a fault that comes before the system does its work. Returns true if the fault has
 * answered (or never will), so that nothing remains to be done. With fastify, call `reply.hijack()` first.
 *
 * @param errorReply The system's own reply for a status, used if the fault has no body.
 */
export async function playFaultBefore(
  fault: FaultAction | null,
  exchange: Exchange,
  errorReply: (status: number) => HttpReply,
): Promise<boolean> {
  if (fault === null) {
    return false;
  }
  if (fault.delayMs !== undefined && !(await waitWhileOpen(fault.delayMs, exchange.response))) {
    return true;
  }
  if (fault.reset === true) {
    exchange.request.socket.destroy();
    return true;
  }
  if (fault.hang === true) {
    return true;
  }
  if (fault.status === undefined && fault.body === undefined) {
    return false;
  }
  const reply = errorReply(Number(fault.status ?? 200));
  await sendReply(
    fault,
    exchange,
    fault.body === undefined ? reply : { ...reply, body: fault.body },
  );
  return true;
}

/**
 * Sends a reply with what a fault does to it: more headers, a slow or truncated body, or a destroyed
 * socket instead. The body is read only as fast as the client takes it.
 */
export async function sendReply(
  fault: FaultAction | null,
  { request, response }: Exchange,
  reply: HttpReply,
): Promise<void> {
  if (fault?.loseReply === true) {
    request.socket.destroy();
    // Nobody will read the body, so its file has to be closed here.
    if (reply.body instanceof Readable) {
      reply.body.destroy();
    }
    return;
  }
  const body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  const contentLength = body instanceof Uint8Array ? body.length : reply.contentLength;
  // Some statuses (204, 304) forbid a body: Node drops it then.
  response.writeHead(reply.status, {
    ...(contentLength === undefined ? {} : { 'content-length': String(contentLength) }),
    ...reply.headers,
    ...fault?.headers,
  });
  // Otherwise a body that is cut at its first byte would take the headers with it.
  response.flushHeaders();
  const source = body instanceof Uint8Array ? [body] : body;
  let remaining = fault?.cutAfterBytes ?? Infinity;
  for await (const chunk of slowedDown(source, fault?.bytesPerSecond, response)) {
    const piece = chunk.subarray(0, Math.min(chunk.length, remaining));
    remaining -= piece.length;
    if (!(await write(response, piece))) {
      return;
    }
    if (remaining === 0) {
      break;
    }
  }
  if (fault?.cutAfterBytes === undefined) {
    response.end();
    return;
  }
  // Unlike destroy(), this delivers everything that was written before it closes the socket.
  request.socket.destroySoon();
}

/** Passes chunks on in slices that last a tenth of a second, but of one byte at least. */
async function* slowedDown(
  source: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  bytesPerSecond: number | undefined,
  response: ServerResponse,
): AsyncGenerator<Uint8Array> {
  if (bytesPerSecond === undefined) {
    yield* source;
    return;
  }
  const sliceBytes = Math.max(1, Math.floor(bytesPerSecond / 10));
  const pauseMs = (1000 * sliceBytes) / bytesPerSecond;
  for await (const chunk of source) {
    for (let offset = 0; offset < chunk.length; offset += sliceBytes) {
      yield chunk.subarray(offset, offset + sliceBytes);
      if (!(await waitWhileOpen(pauseMs, response))) {
        return;
      }
    }
  }
}

/** Returns false if the client has disconnected, so that reading the source can stop. */
async function write(response: ServerResponse, piece: Uint8Array): Promise<boolean> {
  if (response.destroyed) {
    return false;
  }
  if (!response.write(piece)) {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        response.off('drain', done).off('close', done);
        resolve();
      };
      response.once('drain', done).once('close', done);
    });
  }
  return !response.destroyed;
}

/** Waits, but no longer than the client does; returns false if it has disconnected. */
async function waitWhileOpen(ms: number, response: ServerResponse): Promise<boolean> {
  const closed = new AbortController();
  const abort = (): void => closed.abort();
  response.once('close', abort);
  try {
    await delay(ms, undefined, { signal: closed.signal });
  } catch {
    // Only the abort above can end the delay early; the result tells the caller.
  } finally {
    response.off('close', abort);
  }
  return !response.destroyed;
}
