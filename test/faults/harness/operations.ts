import { setTimeout as sleep } from 'node:timers/promises';

import type { CallKey } from '../../../src/domain/call.ts';
import type { RedoStep } from '../../../src/domain/names.ts';
import type { Cluster, Reply } from './cluster.ts';
import type { Recording } from '../../support/recordings.ts';

// What clients and operators do, recorded for the invariants.

/** `POST /calls`. `null` = no answer came. */
export function submit(
  cluster: Cluster,
  { callSid, recordgroup, recordid }: CallKey,
): Promise<Reply | null> {
  return cluster.recorder.viaHttp('start', callSid, () =>
    cluster.request('POST', '/calls', { callRecordingId: callSid, recordgroup, recordid }),
  );
}

// Who got no answer, or was told to come back, asks again: for a minute, which is longer than any
// server of these tests stays away.
const ASK_AGAIN_AFTER_MS = 500;
const ASK_AT_MOST = 120;

/** `POST /calls`, as a client does it that wants its call processed: until it is taken. */
export async function submitUntilTaken(cluster: Cluster, call: CallKey): Promise<Reply> {
  for (let asked = 0; asked < ASK_AT_MOST; asked += 1) {
    const reply = await submit(cluster, call);
    if (reply !== null && reply.status !== 503) return reply;
    await sleep(ASK_AGAIN_AFTER_MS);
  }
  throw new Error(`Nobody took the call ${call.callSid}.`);
}

/** `POST /calls/:callSid/reprocess`. `null` = no answer came. */
export function reprocess(
  cluster: Cluster,
  callSid: string,
  body: { readonly from?: RedoStep; readonly reason?: string } = {},
): Promise<Reply | null> {
  return cluster.recorder.viaHttp('reprocess', callSid, () =>
    cluster.request('POST', `/calls/${callSid}/reprocess`, body),
  );
}

/** The signal `reprocess`. Returns whether Temporal took it. */
export function signalReprocess(
  cluster: Cluster,
  callSid: string,
  ...payload: unknown[]
): Promise<boolean> {
  return cluster.recorder.viaTemporal('signal', callSid, () =>
    cluster.client.workflow.getHandle(callSid).signal('reprocess', ...payload),
  );
}

/** `temporal workflow cancel`. Returns whether Temporal took it. */
export function cancel(cluster: Cluster, callSid: string): Promise<boolean> {
  return cluster.recorder.viaTemporal('cancel', callSid, () =>
    cluster.client.workflow.getHandle(callSid).cancel(),
  );
}

/** Adds a recording (see `addRecording`) and submits it, until it is taken. */
export async function startCall(
  cluster: Cluster,
  more?: Readonly<Record<string, unknown>>,
): Promise<Recording> {
  const recording = await cluster.addRecording(more);
  await submitUntilTaken(cluster, recording);
  return recording;
}

/** Adds and submits so many calls at once. */
export function startCalls(
  cluster: Cluster,
  count: number,
  more?: Readonly<Record<string, unknown>>,
): Promise<Recording[]> {
  return Promise.all(Array.from({ length: count }, () => startCall(cluster, more)));
}
