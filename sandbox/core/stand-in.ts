import type { Server } from 'node:http';
import { once } from 'node:events';
import type { StandIn } from './context.ts';
import { messageOf } from './message-of.ts';
import { refuseForeign } from './refuse-foreign.ts';

/**
 * Listens with an HTTP server (with fastify: `app.server` after `await app.ready()`), which from then on
 * refuses what a foreign web page sends.
 *
 * @throws if the port is taken; the message names the stand-in.
 */
export async function listen(
  server: Server,
  where: { name: string; host: string; port: number },
): Promise<StandIn> {
  refuseForeign(server, where.host);
  server.listen(where.port, where.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(
      `Failed to start the sandbox's ${where.name} on ${where.host}:${where.port}: ` +
        `${messageOf(error)}. Stop the program that uses the port, or choose another port.`,
      { cause: error },
    );
  }
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error(`Failed to start the sandbox's ${where.name}: it has no TCP address.`);
  }
  return {
    port: address.port,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
