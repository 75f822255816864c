import { setTimeout as sleep } from 'node:timers/promises';

import type { CallReply } from '../../src/api/schemas.ts';
import type { GatewayClient, LogEntry } from './gateway-client.ts';
import type { Sample } from './sample.ts';

export type SampleResult = {
  readonly sample: Sample;
  /** Whether this run started it; otherwise an earlier run did. */
  readonly isNew: boolean;
  /** The call at its end; `null` if it never got a row. */
  readonly call: CallReply | null;
};

// The sandbox takes seconds; a real Speech-to-Text may take minutes even for a short call.
const ENDS_WITHIN_MS = 5 * 60_000;

// Twice a second looks immediate, and for a dozen calls that is far below what the gateway can serve.
const LOOK_EVERY_MS = 500;

/**
 * Submits a sample and reports each new entry of its log until the call has ended or parked. A call
 * that an earlier run has already brought that far is only read.
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
    // A call that was processed before has old entries, which are not shown again.
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

/** Until a new run has opened the call, its row still shows how the previous run ended. */
function isEnd({ event, at }: LogEntry, submittedAt: number): boolean {
  return (event === 'JOB_COMPLETED' || event === 'JOB_FAILED') && Date.parse(at) >= submittedAt;
}
