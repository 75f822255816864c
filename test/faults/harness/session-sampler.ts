import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { createBusyTime } from './busy-time.ts';

/**
 * A database session that was seen idle inside a transaction, and for how long at the longest: of
 * the time in which its process could have gone on.
 */
export type IdleSession = {
  readonly pid: number;
  readonly longestMs: number;
  readonly lastQuery: string;
};

export type SessionSampler = {
  /** The sessions of our processes that were seen so, by transaction. */
  idleInTransaction(): readonly IdleSession[];
  /** How often was looked: a sampler that never looked proves nothing. */
  samples(): number;
  stop(): Promise<void>;
};

// Ten times as often as the second that no session may idle (invariant I10).
const EVERY_MS = 100;

const QUERY = `
  SELECT pid, query, (extract(epoch FROM clock_timestamp() - state_change) * 1000)::float8 AS idle_ms
  FROM pg_stat_activity
  WHERE application_name = 'call-processing' AND state LIKE 'idle in transaction%'`;

/**
 * Looks at pg_stat_activity ten times a second, over an outage of the database too. `pids` are the
 * processes that use the database.
 */
export function startSessionSampler(url: string, pids: () => readonly number[]): SessionSampler {
  const busy = createBusyTime(pids);
  const longest = new Map<string, IdleSession>();
  let samples = 0;
  let isStopping = false;

  async function look(client: pg.Client): Promise<void> {
    type Row = { pid: number; query: string; idle_ms: number };
    const { rows } = await client.query<Row>(QUERY);
    samples += 1;
    busy.read();
    for (const { pid, query, idle_ms } of rows) {
      const key = `${pid} ${query}`;
      const idleMs = idle_ms - busy.within(idle_ms);
      if (idleMs <= (longest.get(key)?.longestMs ?? 0)) continue;
      longest.set(key, { pid, longestMs: Math.round(idleMs), lastQuery: query });
    }
  }

  /** Looks until the connection breaks, which is what happens when the database is killed. */
  async function lookWhileConnected(): Promise<void> {
    const client = new pg.Client({ connectionString: url, application_name: 'session-sampler' });
    // The query that is under way, or the next one, is told as well.
    client.on('error', () => undefined);
    try {
      await client.connect();
      while (!isStopping) {
        await look(client);
        await sleep(EVERY_MS);
      }
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  const loop = (async () => {
    while (!isStopping) {
      await lookWhileConnected().catch(() => sleep(EVERY_MS));
    }
  })();

  return {
    idleInTransaction: () => [...longest.values()],
    samples: () => samples,
    async stop() {
      isStopping = true;
      await loop;
    },
  };
}
