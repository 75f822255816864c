import { inspect } from 'node:util';

import type { CallStatus } from '../../src/domain/call.ts';
import type { StatusReport } from '../../src/domain/call-run.ts';
import type { Step } from '../../src/domain/names.ts';
import type { Call } from '../../src/generated/prisma/client.ts';
import { askStatus, logRowsOf } from './calls.ts';
import type { Json, Rig } from './rig.ts';
import { waitFor } from './wait-for.ts';

// What tests wait for, on either rig (see rig.ts). Each wait has a deadline and says what for.

// The longest that a step waits before its third attempt is fifteen seconds; the rest is room for
// several clusters on two busy cores.
const DEADLINE_MS = 90_000;

/** Waits until the gateway says that a call has this status, and returns all that it says of it. */
export function untilStatus(
  rig: Rig,
  callSid: string,
  status: CallStatus,
  deadlineMs?: number,
): Promise<Json> {
  return waitFor(
    `call ${callSid} to be ${status}`,
    async () => {
      const { body } = await rig.request('GET', `/calls/${callSid}`);
      return body['status'] === status ? body : null;
    },
    deadlineMs,
  );
}

/** Waits until the row of a call is as the test says, which `what` puts into words. */
export function untilRow(
  rig: Rig,
  callSid: string,
  what: string,
  isIt: (call: Call) => boolean,
  deadlineMs = DEADLINE_MS,
): Promise<Call> {
  return waitFor(
    `the row of ${callSid} to be ${what}`,
    async () => {
      // The database may be away meanwhile.
      const call = await rowOf(rig, callSid).catch(() => null);
      return call !== null && isIt(call) ? call : null;
    },
    deadlineMs,
    () => stateOf(rig, callSid),
  );
}

function rowOf({ database }: Rig, callSid: string): Promise<Call | null> {
  return database.prisma.call.findUnique({ where: { callSid } });
}

/** All that is known of a call for which a test waited in vain: its row, its log and its run. */
async function stateOf(rig: Rig, callSid: string): Promise<string> {
  const known = await Promise.allSettled([
    rowOf(rig, callSid).then((call) => pick(call, ['callStatus', 'failedStep', 'failureCode'])),
    logRowsOf(rig, callSid).then((rows) =>
      rows.map((row) => pick(row, ['createdAt', 'event', 'step', 'attempt', 'code'])),
    ),
    askStatus(rig.client, callSid),
    rig.client.workflow
      .getHandle(callSid)
      .describe()
      .then(({ status, raw }) => [status.name, raw.pendingActivities, raw.pendingWorkflowTask]),
  ]);
  return inspect(
    known.map((each) => (each.status === 'fulfilled' ? each.value : String(each.reason))),
    { depth: 8, breakLength: 160 },
  );
}

function pick(row: object | null, columns: readonly string[]): object | null {
  return row && Object.fromEntries(Object.entries(row).filter(([name]) => columns.includes(name)));
}

/** Waits until a call is COMPLETED. */
export function untilCompleted(rig: Rig, callSid: string, deadlineMs?: number): Promise<Call> {
  const isIt = ({ callStatus }: Call) => callStatus === 'COMPLETED';
  return untilRow(rig, callSid, 'COMPLETED', isIt, deadlineMs);
}

/** Waits until the run of a call has parked these steps, and returns what it reports. */
export function untilParked(
  { client }: Rig,
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
  rig: Rig,
  callSid: string,
  operation: string,
  { count = 1, deadlineMs = DEADLINE_MS }: { count?: number; deadlineMs?: number } = {},
): Promise<true> {
  return waitFor(
    `${count} × ${operation} of ${callSid}`,
    async () => ((await rig.sandbox.hitsOf(callSid))[operation] ?? 0) >= count || null,
    deadlineMs,
  );
}
