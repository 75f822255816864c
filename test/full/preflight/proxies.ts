import { createServer as createHttpServer, request } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

import type { Env } from './rig.ts';

const CLOCKS = ['PHONE_SYSTEM_URL', 'STORAGE_API_ENDPOINT', 'CONNECTWISE_URL', 'LLM_BASE_URL'];

/** Puts a proxy in front of each server that tells the time, whose clocks are ahead of the true time. */
export async function startClocks(env: Env, aheadMs: number) {
  const servers: Server[] = [];
  const urls: Record<string, string> = {};
  for (const name of CLOCKS) {
    const target = new URL(env[name] ?? '');
    const server = createHttpServer((incoming, outgoing) => {
      const passed = request(
        {
          host: target.hostname,
          port: target.port,
          method: incoming.method,
          path: incoming.url,
          headers: { ...incoming.headers, host: target.host },
        },
        (reply) => {
          const date = new Date(Date.now() + aheadMs).toUTCString();
          outgoing.writeHead(reply.statusCode ?? 500, { ...reply.headers, date });
          reply.pipe(outgoing);
        },
      );
      passed.on('error', () => outgoing.destroy());
      incoming.pipe(passed);
    });
    servers.push(server);
    urls[name] = Object.assign(new URL(target), { port: String(await listen(server)) }).href;
  }
  return { urls, close: () => Promise.all(servers.map(end)).then(() => undefined) };
}

/** Something in front of PostgreSQL that lets one time limit of a transaction fall. */
export async function startForgetfulProxy(databaseUrl: string) {
  const target = new URL(databaseUrl);
  // As long as what it replaces, so that the lengths in the protocol stay true.
  const [dropped, instead] = ['lock_timeout = 4000', 'lock_timeout = 0   '];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const behind = connect(Number(target.port), target.hostname);
    for (const each of [socket, behind]) {
      sockets.add(each);
      each.on('error', () => undefined);
    }
    socket.on('data', (chunk) =>
      behind.write(chunk.toString('latin1').replace(dropped, instead), 'latin1'),
    );
    socket.on('close', () => behind.destroy());
    behind.pipe(socket);
  });
  const url = Object.assign(new URL(target), {
    hostname: '127.0.0.1',
    port: String(await listen(server)),
  }).href;
  return {
    url,
    async close() {
      for (const socket of sockets) socket.destroy();
      await end(server);
    },
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function end(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  if ('closeAllConnections' in server) (server.closeAllConnections as () => void)();
  await closed;
}
