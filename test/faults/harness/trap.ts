import type { Socket } from 'node:net';

export type Direction = 'toServer' | 'toClient';

/** The two ends of a connection that runs through a proxy. */
export type Pair = {
  readonly client: Socket;
  readonly server: Socket;
  /** While set, nothing passes in either direction. */
  gate: PromiseWithResolvers<void> | null;
  /** The server's end is closed, and the client must not notice. */
  severed: boolean;
};

export type TrapOptions = {
  readonly direction: Direction;
  /**
   * The chunk in which a text passes for the n-th time (first), over all connections, or on the
   * first connection on which the text `after` has passed before; or a connection's n-th byte.
   */
  readonly when:
    | { readonly pattern: string; readonly nth?: number }
    | { readonly pattern: string; readonly after: string }
    | { readonly bytes: number };
  /** Whether the chunk is still delivered. If a pattern is split, the chunk is its last piece. */
  readonly timing: 'before' | 'after';
  /**
   * `cut`: the client's connection is reset (after a delivered chunk the server still does its work
   * and its reply is lost). `hold`: nothing more passes on this connection until `release`.
   */
  readonly then: 'cut' | 'hold';
};

/** A trap that was set on a proxy; it springs once. */
export type Trap = {
  readonly sprung: Promise<void>;
  /** Lets a held connection go on. */
  release(): void;
  disarm(): void;
};

export type ArmedTrap = ReturnType<typeof createTrap>;

/** How one trap works. The proxy shows it every chunk. */
export function createTrap({ direction, when, timing, then }: TrapOptions) {
  const sprung = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const passed = new WeakMap<Pair, number>();
  const count = createCounter();
  const countFirst = createCounter();
  let seen = 0;

  return {
    sprung: sprung.promise,
    release: () => released.resolve(),

    isSprungBy(chunk: Buffer, way: Direction, pair: Pair): boolean {
      if (way !== direction) return false;
      if ('bytes' in when) {
        const total = (passed.get(pair) ?? 0) + chunk.length;
        passed.set(pair, total);
        return total >= when.bytes;
      }
      if ('after' in when) {
        // Both may be in one chunk, so the first is looked for in it as well.
        countFirst(chunk, when.after, pair);
        return countFirst.total(pair) > 0 && count(chunk, when.pattern, pair) > 0;
      }
      seen += count(chunk, when.pattern, pair);
      return seen >= (when.nth ?? 1);
    },

    /** Does what the trap is for; `write` delivers the chunk. */
    async spring(pair: Pair, write: () => Promise<void>): Promise<void> {
      // Before the chunk is delivered: the reply to it must not slip through.
      pair.gate = Promise.withResolvers<void>();
      if (timing === 'after') await write();
      sprung.resolve();
      if (then === 'hold') await released.promise;
      else cut(pair, timing === 'after');
      pair.gate.resolve();
      pair.gate = null;
      if (timing === 'before' && then === 'hold') await write();
    },
  };
}

/** Counts how often a text passes on each connection, also where it is split over two chunks. */
function createCounter() {
  const tails = new WeakMap<Pair, string>();
  const totals = new WeakMap<Pair, number>();
  function count(chunk: Buffer, pattern: string, pair: Pair): number {
    // latin1 maps bytes to characters one to one, so a text is found among binary bytes too.
    const text = (tails.get(pair) ?? '') + chunk.toString('latin1');
    const keep = pattern.length - 1;
    tails.set(pair, keep === 0 ? '' : text.slice(-keep));
    const found = text.split(pattern).length - 1;
    totals.set(pair, (totals.get(pair) ?? 0) + found);
    return found;
  }
  return Object.assign(count, { total: (pair: Pair) => totals.get(pair) ?? 0 });
}

function cut({ client, server }: Pair, serverGoesOn: boolean): void {
  reset(client);
  if (serverGoesOn) server.end();
  else reset(server);
}

/**
 * A reset instead of a FIN, as a killed machine or a firewall sends it. Not where a FIN is on its way
 * already: Node would then neither reset nor close the handle, and the process would never exit.
 */
export function reset(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
