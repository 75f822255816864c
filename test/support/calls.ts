import { setTimeout as sleep } from 'node:timers/promises';

import type { Client } from '@temporalio/client';

import type { CallKey } from '../../src/domain/call.ts';
import type { StatusReport } from '../../src/domain/call-run.ts';
import type { RedoStep } from '../../src/domain/names.ts';
import type { processingLog } from '../../src/generated/prisma/client.ts';
import type { ClientOperation } from './recorder.ts';
import type { Recording } from './recordings.ts';
import type { Reply, Rig } from './rig.ts';

// What clients and operators do, on either rig (see rig.ts).

/** `POST /calls`, once. `null` = no answer came. */
export function submitOnce(
  rig: Rig,
  { callSid, recordgroup, recordid }: CallKey,
): Promise<Reply | null> {
  const body = { callRecordingId: callSid, recordgroup, recordid };
  return viaHttp(rig, 'start', callSid, () => rig.request('POST', '/calls', body));
}

// A client that got no answer, or was told to come back, asks again: for a minute, which is longer
// than any server of these tests stays away.
const ASK_AGAIN_AFTER_MS = 500;
const ASK_AT_MOST = 120;

/** `POST /calls`, as the gateway's clients have to do it: again as long as the answer is 503. */
export async function submit(rig: Rig, call: CallKey): Promise<Reply> {
  for (let asked = 0; asked < ASK_AT_MOST; asked += 1) {
    const reply = await submitOnce(rig, call);
    if (reply !== null && reply.status !== 503) return reply;
    await sleep(ASK_AGAIN_AFTER_MS);
  }
  throw new Error(`Nobody took the call ${call.callSid}.`);
}

/** Adds a recording (see `addRecording`) and submits it. */
export async function startCall(
  rig: Rig,
  more?: Readonly<Record<string, unknown>>,
): Promise<Recording> {
  const recording = await rig.addRecording(more);
  await submit(rig, recording);
  return recording;
}

/** Adds and submits so many calls at once. */
export function startCalls(
  rig: Rig,
  count: number,
  more?: Readonly<Record<string, unknown>>,
): Promise<Recording[]> {
  return Promise.all(Array.from({ length: count }, () => startCall(rig, more)));
}

/** `POST /calls/:callSid/reprocess`. `null` = no answer came. */
export function reprocess(
  rig: Rig,
  callSid: string,
  body: { readonly from?: RedoStep; readonly reason?: string } = {},
): Promise<Reply | null> {
  const path = `/calls/${callSid}/reprocess`;
  return viaHttp(rig, 'reprocess', callSid, () => rig.request('POST', path, body));
}

/** The signal `reprocess`. Returns whether Temporal took it. */
export function signalReprocess(
  rig: Rig,
  callSid: string,
  ...payload: unknown[]
): Promise<boolean> {
  const { workflow } = rig.client;
  return viaTemporal(rig, 'signal', callSid, () =>
    workflow.getHandle(callSid).signal('reprocess', ...payload),
  );
}

/** `temporal workflow cancel`. Returns whether Temporal took it. */
export function cancel(rig: Rig, callSid: string): Promise<boolean> {
  const { workflow } = rig.client;
  return viaTemporal(rig, 'cancel', callSid, () => workflow.getHandle(callSid).cancel());
}

/** The events of a call's log, oldest first, as the gateway shows them. */
export async function eventsOf(rig: Rig, callSid: string): Promise<string[]> {
  const { body } = await rig.request('GET', `/calls/${callSid}/log`);
  return (body['entries'] as { event: string }[]).map(({ event }) => event);
}

/** The rows of a call's log, oldest first. */
export function logRowsOf({ database }: Rig, callSid: string): Promise<processingLog[]> {
  return database.prisma.processingLog.findMany({
    where: { call: { callSid } },
    orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
  });
}

// A worker answers a query in milliseconds; one that is away does not at all.
const QUERY_DEADLINE_MS = 5_000;

/** What the open run answers to the query `status`; `null` when nobody answers. */
export async function askStatus(client: Client, callSid: string): Promise<StatusReport | null> {
  try {
    return await client.withDeadline(Date.now() + QUERY_DEADLINE_MS, () =>
      client.workflow.getHandle(callSid).query<StatusReport>('status'),
    );
  } catch {
    return null;
  }
}

type Kind = ClientOperation['kind'];

function viaHttp(
  { recorder }: Rig,
  kind: Kind,
  callSid: string,
  ask: () => Promise<Reply>,
): Promise<Reply | null> {
  return recorder === null ? ask() : recorder.viaHttp(kind, callSid, ask);
}

async function viaTemporal(
  { recorder }: Rig,
  kind: Kind,
  callSid: string,
  ask: () => Promise<unknown>,
): Promise<boolean> {
  if (recorder !== null) return recorder.viaTemporal(kind, callSid, ask);
  await ask();
  return true;
}
