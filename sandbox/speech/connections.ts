import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { ServerCredentials, type Server } from '@grpc/grpc-js';

export type Connections = {
  readonly port: number;
  /** Destroys the connection of a peer (named as by `call.getPeer()`), with every call on it. */
  destroy(peer: string): void;
  /** Destroys all connections and frees the port. */
  close(): Promise<void>;
};

/**
 * Listens for a gRPC server. Accepts the sockets here and passes them to the server, because grpc-js offers no way to
 * destroy a single connection, which is what a reset by the network looks like.
 *
 * @throws if the port is taken; the message names the stand-in.
 */
export async function acceptConnections(
  grpcServer: Server,
  { host, port }: { host: string; port: number },
): Promise<Connections> {
  const injector = grpcServer.createConnectionInjector(ServerCredentials.createInsecure());
  const sockets = new Map<string, Socket>();
  const listener = createServer((socket) => {
    const peer = `${socket.remoteAddress ?? ''}:${String(socket.remotePort)}`;
    sockets.set(peer, socket);
    socket.once('close', () => sockets.delete(peer));
    injector.injectConnection(socket);
  });
  listener.listen(port, host);
  try {
    await once(listener, 'listening');
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    throw new Error(
      `Failed to start the sandbox's speech on ${host}:${String(port)}: ${reason}. ` +
        'Stop the program that uses the port, or choose another port.',
      { cause: error },
    );
  }
  const address = listener.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    destroy: (peer) => sockets.get(peer)?.destroy(),
    async close() {
      const closed = once(listener, 'close');
      listener.close();
      grpcServer.forceShutdown();
      // A connection that has sent nothing is not a session yet, so forceShutdown misses it.
      sockets.forEach((socket) => socket.destroy());
      await closed;
    },
  };
}
