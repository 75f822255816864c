import { setTimeout as sleep } from 'node:timers/promises';

import type { Cluster, LinkedProcess } from '../harness/cluster.ts';

/** What can be killed. Who is dead already is not killed again. */
export type Servers = {
  /** Returns whether there was one to kill. Resolves when it is back. */
  killWorker(index: number, downMs: number): Promise<boolean>;
  kill(what: 'Postgres' | 'Temporal' | 'Sandbox' | 'Gateway', downMs: number): Promise<boolean>;
  worker(index: number): LinkedProcess | null;
};

// A process that could not start because the servers it needs are down is started again, as an
// orchestrator does.
const RESTART_AFTER_MS = 500;
// Longer than all servers are down together.
const RESTARTS_AT_MOST = 60;

export function createServers(cluster: Cluster): Servers {
  const { postgres, temporal, sandboxProcess } = cluster;
  const workers: (LinkedProcess | null)[] = [...cluster.workers];
  const down = new Set<string>();

  async function once(name: string, work: () => Promise<void>): Promise<boolean> {
    if (down.has(name)) return false;
    down.add(name);
    await work();
    down.delete(name);
    return true;
  }

  const PARTS = {
    Postgres: { end: () => postgres.stopImmediately(), begin: () => postgres.start() },
    Temporal: { end: () => temporal.kill(), begin: () => temporal.start() },
    Sandbox: { end: () => sandboxProcess.kill(), begin: () => sandboxProcess.start() },
    Gateway: {
      end: () => cluster.gateway().kill(),
      begin: () => untilStarted(() => cluster.startGateway()),
    },
  };

  return {
    worker: (index) => workers[index] ?? null,
    killWorker: (index, downMs) =>
      once(`worker ${index}`, async () => {
        const worker = workers[index];
        workers[index] = null;
        await worker?.kill();
        await sleep(downMs);
        workers[index] = await untilStarted(() => cluster.startWorker());
      }),
    kill: (what, downMs) =>
      once(what, async () => {
        await PARTS[what].end();
        await sleep(downMs);
        await PARTS[what].begin();
      }),
  };
}

async function untilStarted(start: () => Promise<LinkedProcess>): Promise<LinkedProcess> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await start();
    } catch (error) {
      if (failures >= RESTARTS_AT_MOST) throw error;
      await sleep(RESTART_AFTER_MS);
    }
  }
}
