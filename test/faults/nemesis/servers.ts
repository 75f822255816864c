import { setTimeout as sleep } from 'node:timers/promises';

import type { Cluster, LinkedProcess } from '../harness/cluster.ts';

/** What can be killed. A server that is already down is killed as soon as it is back. */
export type Servers = {
  /** Resolves when it is back. */
  killWorker(index: number, downMs: number): Promise<void>;
  kill(what: 'Postgres' | 'Temporal' | 'Sandbox' | 'Gateway', downMs: number): Promise<void>;
  /** Cuts all connections of a worker, as soon as that worker is up. */
  cutLinks(index: number): Promise<void>;
};

// A process that could not start because the servers it needs are down is restarted, as an
// orchestrator would do.
const RESTART_AFTER_MS = 500;
// Longer than all outages of the servers together.
const RESTARTS_AT_MOST = 60;

export function createServers(cluster: Cluster): Servers {
  const { postgres, temporal, sandboxProcess } = cluster;
  const workers = [...cluster.workers];
  const last = new Map<string, Promise<void>>();

  /** Runs the work after everything that was queued for this part before. */
  function inTurn(name: string, work: () => Promise<void>): Promise<void> {
    const turn = (last.get(name) ?? Promise.resolve()).then(work);
    last.set(name, turn);
    return turn;
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
    killWorker: (index, downMs) =>
      inTurn(`worker ${index}`, async () => {
        await workers[index]?.kill();
        await sleep(downMs);
        workers[index] = await untilStarted(() => cluster.startWorker());
      }),
    kill: (what, downMs) =>
      inTurn(what, async () => {
        await PARTS[what].end();
        await sleep(downMs);
        await PARTS[what].begin();
      }),
    cutLinks: (index) =>
      inTurn(`worker ${index}`, async () => {
        for (const link of Object.values(workers[index]?.links ?? {})) link.cut();
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
