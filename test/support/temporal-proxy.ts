import { once } from 'node:events';
import {
  connect,
  constants,
  createServer,
  type ClientHttp2Session,
  type ServerHttp2Session,
  type ServerHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2';
import type { AddressInfo } from 'node:net';

/** A Temporal server as somebody sees it who may not do everything there. */
export type TemporalProxy = {
  /** For TEMPORAL_ADDRESS. */
  readonly address: string;
  /** The methods that were refused, in their order, as `Service/Method`. */
  readonly refused: readonly string[];
  close(): Promise<void>;
};

/** A gRPC status that certain methods are answered with; the first match decides. */
export type Refusal = {
  readonly methods: RegExp;
  readonly status: number;
  readonly message: string;
};

/** Starts a gRPC proxy in front of a Temporal server, which passes on everything that it does not refuse. */
export async function startTemporalProxy(
  upstream: string,
  refusals: readonly Refusal[],
): Promise<TemporalProxy> {
  const refused: string[] = [];
  const sessions = new Set<ServerHttp2Session>();
  const server = createServer();
  server.on('session', (session) => {
    sessions.add(session);
    const behind = connect(`http://${upstream}`);
    // An error of a session also ends its streams, which pass it on.
    behind.on('error', () => session.destroy());
    session.on('error', () => behind.destroy());
    session.on('close', () => {
      sessions.delete(session);
      behind.close();
    });
    session.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      const method = String(headers[':path']).split('.').at(-1) ?? '';
      const refusal = refusals.find(({ methods }) => methods.test(method));
      if (refusal === undefined) passOn(stream, headers, behind);
      else {
        refused.push(method);
        refuse(stream, refusal);
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused,
    async close() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers as gRPC servers do without a message: the status stands in the headers. */
function refuse(stream: ServerHttp2Stream, { status, message }: Refusal): void {
  stream.on('error', () => undefined);
  stream.resume();
  stream.respond(
    {
      ':status': 200,
      'content-type': 'application/grpc',
      'grpc-status': status,
      'grpc-message': message,
    },
    { endStream: true },
  );
}

function passOn(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  behind: ClientHttp2Session,
): void {
  const request = behind.request(headers);
  let trailers: IncomingHttpHeaders = {};
  request.on('response', (answer, flags) => {
    const isAll = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
    if (stream.destroyed) return;
    stream.respond(answer, isAll ? { endStream: true } : { waitForTrailers: true });
    if (!isAll) request.pipe(stream);
  });
  request.on('trailers', (received) => (trailers = received));
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.pipe(request);
  // A poll that the worker gives up has to end at the server too, and the other way round.
  stream.on('aborted', () => request.close(constants.NGHTTP2_CANCEL));
  stream.on('error', () => request.close(constants.NGHTTP2_CANCEL));
  request.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR));
}
