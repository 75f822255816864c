import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  createTrap,
  reset,
  type ArmedTrap,
  type Direction,
  type Pair,
  type Trap,
  type TrapOptions,
} from './trap.ts';

/** A stretch of network between a client and a server that can be made to fail. */
export type TcpProxy = {
  readonly port: number;
  openConnections(): number;
  /** All is well again; what a black hole held back arrives, as by TCP's retransmissions. */
  heal(): void;
  /** Holds every chunk back for so many milliseconds, in each direction. */
  delay(ms: number): void;
  /** Resets every connection, and each new one at once. */
  refuse(): void;
  /** Resets the open connections once. */
  cut(): void;
  /** Takes everything and delivers nothing, while all connections stay open. */
  blackHole(): void;
  /** Closes the server's ends of the open connections without telling the clients. */
  halfOpen(): void;
  trap(options: TrapOptions): Trap;
  close(): Promise<void>;
};

/** Starts a proxy on a free port. `target` is asked per connection, so the server may change ports. */
export async function startTcpProxy(target: () => number): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  const traps = new Set<ArmedTrap>();
  let delayMs = 0;
  let refuses = false;
  let hole: PromiseWithResolvers<void> | null = null;

  async function carry(pair: Pair, direction: Direction): Promise<void> {
    const { client, server } = pair;
    const [from, to] = direction === 'toServer' ? [client, server] : [server, client];
    try {
      // One chunk after the other, so that they keep their order whatever changes meanwhile.
      for await (const chunk of from as AsyncIterable<Buffer>) {
        if (delayMs > 0) await sleep(delayMs);
        while (hole !== null || pair.gate !== null) {
          await hole?.promise;
          await pair.gate?.promise;
        }
        const trap = [...traps].find((each) => each.isSprungBy(chunk, direction, pair));
        if (trap === undefined) {
          await write(to, chunk);
        } else {
          traps.delete(trap);
          await trap.spring(pair, () => write(to, chunk));
        }
      }
      to.end();
    } catch {
      // One end broke off. So does the other, unless it must not notice.
      if (!pair.severed) drop(pair);
    }
  }

  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    if (refuses) {
      client.resetAndDestroy();
      return;
    }
    const options = { host: '127.0.0.1', allowHalfOpen: true, noDelay: true };
    const server = connect({ ...options, port: target() });
    const pair: Pair = { client, server, gate: null, severed: false };
    pairs.add(pair);
    for (const socket of [client, server]) {
      // `carry` sees the error as well, but without a listener it would end the process.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        if (client.destroyed && server.destroyed) pairs.delete(pair);
      });
    }
    void carry(pair, 'toServer');
    void carry(pair, 'toClient');
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');

  const heal = () => {
    delayMs = 0;
    refuses = false;
    hole?.resolve();
    hole = null;
  };

  return {
    port: (listener.address() as AddressInfo).port,
    openConnections: () => pairs.size,
    heal,
    delay(ms) {
      delayMs = ms;
    },
    refuse() {
      refuses = true;
      pairs.forEach(drop);
    },
    cut: () => pairs.forEach(drop),
    blackHole() {
      hole ??= Promise.withResolvers<void>();
    },
    halfOpen() {
      for (const pair of pairs) {
        pair.severed = true;
        pair.server.destroy();
      }
    },
    trap(options) {
      const trap = createTrap(options);
      traps.add(trap);
      const { sprung, release } = trap;
      return { sprung, release, disarm: () => traps.delete(trap) };
    },
    async close() {
      const closed = once(listener, 'close');
      listener.close();
      heal();
      pairs.forEach(drop);
      await closed;
    },
  };
}

function drop({ client, server }: Pair): void {
  reset(client);
  reset(server);
}

async function write(to: Socket, chunk: Buffer): Promise<void> {
  if (to.destroyed || to.write(chunk)) return;
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    await Promise.race([once(to, 'drain', { signal }), once(to, 'close', { signal })]);
  } finally {
    // Removes the listener of the event that did not come: there would be one more per full buffer.
    waiting.abort();
  }
}
