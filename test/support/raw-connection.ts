import { connect, type Socket } from 'node:net';

/** A TCP connection on which a test says what it likes, and waits for nothing. */
export type RawConnection = {
  readonly socket: Socket;
  /** Resolves when the connection has been closed, by whomever and however. */
  readonly closed: Promise<void>;
  /** Everything that has been read so far. */
  received(): string;
};

/** Opens a connection to this machine, and sends `sent`. */
export async function openRawConnection(port: number, sent: string): Promise<RawConnection> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => (received += String(chunk)));
  // A connection that is cut is what tests wait for, not a failure of theirs.
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  socket.write(sent);
  return { socket, closed, received: () => received };
}
