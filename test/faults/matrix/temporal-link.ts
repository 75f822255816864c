import { once } from 'node:events';
import {
  connect,
  constants,
  createServer,
  type ClientHttp2Stream,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

import type { Direction } from '../harness/trap.ts';

/** A request of a worker to Temporal or its reply, decompressed. */
type Message = { readonly direction: Direction; readonly path: string; readonly text: string };

type MessageTrap = {
  /** Resolves when the message has arrived. It is held back until `release`. */
  readonly sprung: Promise<void>;
  release(): void;
};

/** A relay between a worker and Temporal that can recognise messages and hold them back. */
export type TemporalLink = {
  readonly port: number;
  /** Holds back the first matching message, once. */
  hold(isMeant: (message: Message) => boolean): MessageTrap;
  /** Breaks every connection and accepts no more. */
  close(): Promise<void>;
};

type Armed = {
  readonly isMeant: (message: Message) => boolean;
  readonly spring: () => Promise<void>;
};

/**
 * Starts a gRPC relay in front of a Temporal server. The harness's TCP proxy only sees bytes, and a
 * worker compresses its messages. All of Temporal's methods are unary, so whole messages are passed
 * on.
 */
export async function startTemporalLink(target: () => number): Promise<TemporalLink> {
  const sessions = new Set<Http2Session>();
  const armed = new Set<Armed>();

  async function pass(message: Message): Promise<void> {
    const trap = [...armed].find(({ isMeant }) => isMeant(message));
    if (trap === undefined) return;
    armed.delete(trap);
    await trap.spring();
  }

  const server = createServer();
  server.on('session', (session) => {
    const upstream = connect(`http://127.0.0.1:${target()}`);
    for (const each of [session, upstream]) {
      sessions.add(each);
      each.on('error', () => undefined);
      each.on('close', () => {
        sessions.delete(each);
        // When one end breaks, the other is broken too.
        (each === session ? upstream : session).destroy();
      });
    }
    session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      const { 'content-length': _, ...passed } = headers;
      const request = upstream.request(passed, { endStream: false });
      relay(stream, request, String(headers[':path']), pass).catch(() => {
        stream.close(constants.NGHTTP2_CANCEL);
        request.close(constants.NGHTTP2_CANCEL);
      });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    port: (server.address() as AddressInfo).port,
    hold(isMeant) {
      const sprung = Promise.withResolvers<void>();
      const released = Promise.withResolvers<void>();
      armed.add({
        isMeant,
        spring: () => {
          sprung.resolve();
          return released.promise;
        },
      });
      return { sprung: sprung.promise, release: () => released.resolve() };
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const session of sessions) session.destroy();
      await closed;
    },
  };
}

async function relay(
  stream: ServerHttp2Stream,
  request: ClientHttp2Stream,
  path: string,
  pass: (message: Message) => Promise<void>,
): Promise<void> {
  // A long poll that the worker abandons is cancelled at the server too, or it would be given work.
  stream.on('close', () => request.close(constants.NGHTTP2_CANCEL));
  stream.on('error', () => undefined);
  request.on('error', () => undefined);
  const trailers = new Promise<IncomingHttpHeaders>((resolve) => {
    request.once('trailers', resolve);
    // A reply without a body has its trailers among the headers.
    request.once('close', () => resolve({}));
  });

  const asked = await buffer(stream);
  await pass({ direction: 'toServer', path, text: textOf(asked) });
  const answered = once(request, 'response') as Promise<[IncomingHttpHeaders]>;
  request.end(asked);
  const [headers] = await answered;
  const reply = await buffer(request);
  await pass({ direction: 'toClient', path, text: textOf(reply) });

  const last = await trailers;
  if (stream.destroyed) return;
  const hasTrailers = Object.keys(last).length > 0;
  stream.respond(headers, { waitForTrailers: hasTrailers });
  if (hasTrailers) stream.once('wantTrailers', () => stream.sendTrailers(last));
  stream.end(reply);
}

/** The text of one gRPC message: a compression flag of one byte, a length of four bytes, and the content. */
function textOf(body: Buffer): string {
  const message = body.subarray(5);
  return (body[0] === 1 ? gunzipSync(message) : message).toString('latin1');
}
