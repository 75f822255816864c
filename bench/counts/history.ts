import type { Client } from '@temporalio/client';

export type HistoryFacts = {
  readonly events: number;
  readonly bytes: number;
  readonly largestPayloadBytes: number;
  /** What Temporal Cloud bills, heartbeats aside: the start, each activity, timer, signal and change of search attributes. */
  readonly billable: ReadonlyMap<string, number>;
};

/** One action each, by the attributes of its event; an activity's retries would be more, and a happy call has none. */
const BILLABLE = [
  ['start', 'workflowExecutionStartedEventAttributes'],
  ['activity', 'activityTaskScheduledEventAttributes'],
  ['timer', 'timerStartedEventAttributes'],
  ['signal', 'workflowExecutionSignaledEventAttributes'],
  ['search attributes', 'upsertWorkflowSearchAttributesEventAttributes'],
] as const;

/** What Temporal keeps of a closed run. */
export async function historyOf(client: Client, workflowId: string): Promise<HistoryFacts> {
  const handle = client.workflow.getHandle(workflowId);
  const [{ historyLength, historySize }, history] = await Promise.all([
    handle.describe(),
    handle.fetchHistory(),
  ]);
  const billable = new Map<string, number>();
  for (const event of history.events ?? []) {
    const action = BILLABLE.find(([, attributes]) => event[attributes] != null)?.[0];
    if (action !== undefined) billable.set(action, (billable.get(action) ?? 0) + 1);
  }
  return {
    events: historyLength,
    bytes: historySize ?? 0,
    largestPayloadBytes: largestPayload(history),
    billable,
  };
}

/** The most data in any payload below a message. */
function largestPayload(message: unknown): number {
  if (typeof message !== 'object' || message === null) return 0;
  return Object.entries(message).reduce((most, [name, value]: [string, unknown]) => {
    const size =
      name === 'data' && value instanceof Uint8Array ? value.length : largestPayload(value);
    return Math.max(most, size);
  }, 0);
}
