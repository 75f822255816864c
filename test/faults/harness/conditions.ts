import type { Call } from '../../../src/generated/prisma/client.ts';
import type { Step } from '../../../src/domain/names.ts';
import type { StatusReport } from '../../../src/domain/call-run.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { Cluster } from './cluster.ts';
import { askStatus } from './observed-run.ts';

// What tests wait for. Every one has a deadline and says what was waited for.

// The longest that a step waits before its third attempt is fifteen seconds; the rest is room for
// several clusters on two busy cores.
const DEADLINE_MS = 90_000;

/** Waits until the row of a call is as the test says. */
export function untilRow(
  { database }: Cluster,
  callSid: string,
  what: string,
  isIt: (call: Call) => boolean,
  deadlineMs = DEADLINE_MS,
): Promise<Call> {
  return waitFor(
    `the row of ${callSid} to be ${what}`,
    async () => {
      // The database may be away meanwhile.
      const call = await database.prisma.call.findUnique({ where: { callSid } }).catch(() => null);
      return call !== null && isIt(call) ? call : null;
    },
    deadlineMs,
  );
}

/** Waits until a call is COMPLETED. */
export function untilCompleted(
  cluster: Cluster,
  callSid: string,
  deadlineMs?: number,
): Promise<Call> {
  const isIt = ({ callStatus }: Call) => callStatus === 'COMPLETED';
  return untilRow(cluster, callSid, 'COMPLETED', isIt, deadlineMs);
}

/** Waits until the run of a call has parked these steps, and says what it answers. */
export function untilParked(
  { client }: Cluster,
  callSid: string,
  steps: readonly Step[],
  deadlineMs = DEADLINE_MS,
): Promise<StatusReport> {
  return waitFor(
    `${steps.join(' and ')} of ${callSid} to be parked`,
    async () => {
      const report = await askStatus(client, callSid);
      const parked = report?.parked.map(({ step }) => step) ?? [];
      return steps.every((step) => parked.includes(step)) ? report : null;
    },
    deadlineMs,
  );
}

/** Waits until the sandbox has seen so many requests of a call. */
export function untilHit(
  cluster: Cluster,
  callSid: string,
  operation: string,
  count = 1,
): Promise<true> {
  return waitFor(
    `${count} × ${operation} of ${callSid}`,
    async () => ((await cluster.sandbox.hitsOf(callSid))[operation] ?? 0) >= count || null,
    DEADLINE_MS,
  );
}
