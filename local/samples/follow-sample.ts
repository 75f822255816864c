import { setTimeout as sleep } from 'node:timers/promises';

import type { CallReply } from '../../src/api/schemas.ts';
import type { GatewayClient, LogEntry } from './gateway-client.ts';
import type { Sample } from './sample.ts';

export type SampleResult = {
  readonly sample: Sample;
  /** Whether this run started it; else it was found as it is. */
  readonly isNew: boolean;
  /** The call at its end; `null` when it never got a row. */
  readonly call: CallReply | null;
};

// The sandbox needs seconds. A real Speech-to-Text behind it may need minutes for a short call.
const ENDS_WITHIN_MS = 5 * 60_000;

// Twice a second looks immediate, and ten calls together stay far below what the gateway serves.
const LOOK_EVERY_MS = 500;

/**
 * Submits a sample and tells each new entry of its log until it has ended or parked. One that an
 * earlier run has brought so far is only read.
 */
export async function followSample(
  gateway: GatewayClient,
  sample: Sample,
  onEntry: (entry: LogEntry) => void,
  signal: AbortSignal,
): Promise<SampleResult> {
  const submittedAt = Date.now();
  const run = await gateway.submit(sample);
  const { callSid, isNew } = run;
  const deadline = submittedAt + ENDS_WITHIN_MS;
  let shown = isNew ? 0 : (await gateway.readLog(callSid)).length;
  for (;;) {
    signal.throwIfAborted();
    const call = await gateway.readCall(callSid);
    const entries = await gateway.readLog(callSid);
    // A call that was processed before has old entries: those are not this run's news.
    for (const entry of entries.slice(shown)) {
      if (Date.parse(entry.at) >= submittedAt) onEntry(entry);
    }
    shown = entries.length;
    const isOver = !isNew || entries.some((entry) => isEnd(entry, submittedAt));
    if (call !== null && call.status !== 'PROCESSING' && isOver) return { sample, isNew, call };
    if (Date.now() > deadline) return { sample, isNew, call };
    await sleep(LOOK_EVERY_MS, undefined, { signal });
  }
}

/** The row of a call that runs anew still shows its last end until the run has opened it. */
function isEnd({ event, at }: LogEntry, submittedAt: number): boolean {
  return (event === 'JOB_COMPLETED' || event === 'JOB_FAILED') && Date.parse(at) >= submittedAt;
}
