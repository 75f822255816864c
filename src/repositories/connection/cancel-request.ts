import { connect } from 'node:net';

/** Identifies a session. The server issues it when the session is opened. */
export type SessionKey = { readonly processID: number; readonly secretKey: number };

/** PostgreSQL's code for a cancellation; other first messages have a protocol version in its place. */
const CANCEL_REQUEST = 80_877_102;

// A reachable server accepts a cancellation within milliseconds.
const PATIENCE_MS = 1_000;

/**
 * Asks the server, or the pooler in front of it, to end the statement that a session is running.
 * Calls `done` once the request was accepted, and also if the server could not be reached.
 */
export function requestCancel(
  server: { readonly host: string; readonly port: number },
  { processID, secretKey }: SessionKey,
  done: () => void,
): void {
  const request = Buffer.alloc(16);
  for (const [index, value] of [request.length, CANCEL_REQUEST, processID, secretKey].entries()) {
    request.writeInt32BE(value, index * 4);
  }
  const { host, port } = server;
  const socket = host.startsWith('/')
    ? connect(`${host}/.s.PGSQL.${port}`)
    : connect({ host, port });
  // The server answers by closing the connection, and a failed connection is closed too.
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  socket.on('error', () => undefined).on('close', done);
  socket.on('connect', () => socket.write(request)).resume();
}
