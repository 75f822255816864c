import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Whether nobody listens on this port of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });
}

// Below the ephemeral ports, which a system gives to outgoing connections (Linux: from 32768, others:
// from 49152). A server that is restarted on one of those would now and then find it taken by a
// connection, or a client that tries to reach it would be connected to itself.
const FIRST = 10_000;
const LAST = 32_767;

// A machine uses a few hundred of these 22,000 ports at most: so many misses are no coincidence.
const TRIES = 100;

/** A port of 127.0.0.1 that nobody listened on a moment ago, for a server that may be restarted. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(FIRST, LAST + 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port was found between ${FIRST} and ${LAST}.`);
}
