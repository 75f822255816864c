import { connect } from 'node:net';

/** What tells a session to the server, which gave it out when the session was opened. */
export type SessionKey = { readonly processID: number; readonly secretKey: number };

/** PostgreSQL's code for a cancellation, where other first messages have a version of the protocol. */
const CANCEL_REQUEST = 80_877_102;

// A server that can be reached takes a cancellation in milliseconds.
const PATIENCE_MS = 1_000;

/**
 * Asks the server, or the pooler in front of it, to end the statement that a session is at. Calls
 * `done` when it has taken the request, and also when it could not be reached.
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
  // The server answers by closing the connection; what fails is closed too.
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  socket.on('error', () => undefined).on('close', done);
  socket.on('connect', () => socket.write(request)).resume();
}
