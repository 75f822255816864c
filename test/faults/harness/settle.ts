import { setTimeout as sleep } from 'node:timers/promises';

import { askStatus } from '../../support/calls.ts';
import type { Cluster } from './cluster.ts';

// Often enough for a test, seldom enough to leave the CPU to what is tested.
const LOOK_EVERY_MS = 250;

/**
 * Waits until every call that a client named is closed or parked, and its row says so. Returns at
 * the deadline in any case: if a call has not settled by then, the invariants will report it.
 */
export async function settle(cluster: Cluster, withinMs: number): Promise<void> {
  const waiting = new Set(cluster.recorder.operations.map(({ callSid }) => callSid));
  const deadline = performance.now() + withinMs;
  for (;;) {
    const rows = await cluster.database.prisma.call
      .findMany({
        where: { callSid: { in: [...waiting] } },
        select: { callSid: true, callStatus: true },
      })
      // A database that has just come back breaks off the first sessions once more.
      .catch(() => []);
    const statusOf = new Map(rows.map(({ callSid, callStatus }) => [callSid, callStatus]));
    for (const callSid of waiting) {
      if (await isSettled(cluster, callSid, statusOf.get(callSid))) waiting.delete(callSid);
    }
    if (waiting.size === 0 || performance.now() > deadline) return;
    await sleep(LOOK_EVERY_MS);
  }
}

async function isSettled(
  { client }: Cluster,
  callSid: string,
  rowStatus: string | undefined,
): Promise<boolean> {
  const run = await client.workflow
    .getHandle(callSid)
    .describe()
    .catch(() => null);
  // It was never started, so there is nothing to wait for.
  if (run === null) return true;
  switch (run.status.name) {
    case 'RUNNING': {
      if (rowStatus !== 'FAILED') return false;
      const report = await askStatus(client, callSid);
      if (report === null || report.parked.length === 0) return false;
      return !Object.values(report.steps).includes('RUNNING');
    }
    case 'COMPLETED':
      return rowStatus === 'COMPLETED';
    default:
      return rowStatus === 'FAILED';
  }
}
