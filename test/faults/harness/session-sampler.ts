import { setTimeout as sleep } from 'node:timers/promises';

import pg from 'pg';

import { createBusyTime } from './busy-time.ts';

/**
 * A database session that was seen idle inside a transaction. The time does not count in which its
 * process had no CPU.
 */
export type IdleSession = {
  readonly pid: number;
  readonly longestMs: number;
  readonly lastQuery: string;
};

export type SessionSampler = {
  /** The sessions of our processes that were idle inside a transaction. */
  idleInTransaction(): readonly IdleSession[];
  /** How many samples were taken: without any, finding no session proves nothing. */
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
 * Reads pg_stat_activity ten times a second, and goes on after an outage of the database. `pids` are
 * the processes that use the database.
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

  /** Takes samples until the connection breaks, as it does when the database is killed. */
  async function lookWhileConnected(): Promise<void> {
    const client = new pg.Client({ connectionString: url, application_name: 'session-sampler' });
    // The query under way, or the next one, rejects as well.
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
