import type { CallKey } from '../../../src/domain/call.ts';
import type { RedoStep } from '../../../src/domain/names.ts';
import type { Cluster, Reply } from './cluster.ts';
import type { Recording } from './recordings.ts';

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

/** Adds a recording (see `addRecording`) and submits it. */
export async function startCall(
  cluster: Cluster,
  more?: Readonly<Record<string, unknown>>,
): Promise<Recording> {
  const recording = await cluster.addRecording(more);
  await submit(cluster, recording);
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
