import type { Client, WorkflowExecutionInfo, WorkflowHandle } from '@temporalio/client';

import type { StatusReport } from '../../../src/domain/call-run.ts';
import { askStatus } from '../../support/calls.ts';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;
type HistoryEvent = NonNullable<History['events']>[number];

/** One activity of a run, over all its attempts. */
export type ObservedActivity = {
  readonly activityId: string;
  /** The step's name. */
  readonly type: string;
  /** Whether it was told not to reuse what an earlier run stored. */
  readonly redo: boolean;
  /** How many attempts were made; 0 when none began. */
  readonly attempts: number;
  readonly end: 'completed' | 'failed' | 'timedOut' | 'canceled' | null;
};

/** A run as Temporal shows it. */
export type ObservedRun = {
  readonly callSid: string;
  readonly runId: string;
  readonly startedAt: Date;
  readonly status: WorkflowExecutionInfo['status']['name'];
  /** A client's request, a rewind of the run before, or an operator's `workflow reset`. */
  readonly beganBy: 'request' | 'rewind' | 'reset';
  /** The steps that it was begun to redo. */
  readonly redo: readonly string[];
  readonly searchAttributes: Readonly<Record<string, string>>;
  /** What an open run answers to the query `status`; `null` for a closed one, or without an answer. */
  readonly report: StatusReport | null;
  /** Those that this run scheduled: a reset copies the history of the run before. */
  readonly activities: readonly ObservedActivity[];
  /** Everything the history holds, payloads decoded. */
  readonly text: string;
};

/** What both the list of runs and a run's own description contain. */
export type RunInfo = Pick<
  WorkflowExecutionInfo,
  'workflowId' | 'runId' | 'startTime' | 'status' | 'typedSearchAttributes'
>;

/** Reads one run with its history. */
export async function observeRun(client: Client, info: RunInfo): Promise<ObservedRun> {
  const { workflowId, runId, startTime, status, typedSearchAttributes } = info;
  const handle = client.workflow.getHandle(workflowId, runId);
  const events = (await handle.fetchHistory()).events ?? [];
  const started = events[0]?.workflowExecutionStartedEventAttributes;
  const input = decode(started?.input?.payloads?.[0]);
  const isOpen = status.name === 'RUNNING';
  return {
    callSid: workflowId,
    runId,
    startedAt: startTime,
    status: status.name,
    beganBy: started?.continuedExecutionRunId
      ? 'rewind'
      : started?.originalExecutionRunId === runId
        ? 'request'
        : 'reset',
    redo: [input['redoFrom'], input['alsoRedo']].flat().filter((step) => typeof step === 'string'),
    searchAttributes: Object.fromEntries(
      typedSearchAttributes.getAll().map(({ key, value }) => [key.name, String(value)]),
    ),
    report: isOpen ? await askStatus(client, workflowId) : null,
    activities: readActivities(events.filter((event) => timeOf(event) >= startTime.getTime())),
    text: textOf(events),
  };
}

/** In Unix milliseconds. */
function timeOf({ eventTime }: HistoryEvent): number {
  return Number(eventTime?.seconds ?? 0) * 1000 + (eventTime?.nanos ?? 0) / 1e6;
}

function readActivities(events: readonly HistoryEvent[]): ObservedActivity[] {
  const byEventId = new Map<string, ObservedActivity>();
  const change = (id: unknown, part: Partial<ObservedActivity>) => {
    const known = byEventId.get(String(id));
    if (known !== undefined) byEventId.set(String(id), { ...known, ...part });
  };
  for (const event of events) {
    const scheduled = event.activityTaskScheduledEventAttributes;
    if (scheduled) {
      byEventId.set(String(event.eventId), {
        activityId: scheduled.activityId ?? '',
        type: scheduled.activityType?.name ?? '',
        redo: decode(scheduled.input?.payloads?.[0])['redo'] === true,
        attempts: 0,
        end: null,
      });
    }
    const {
      activityTaskStartedEventAttributes: begun,
      activityTaskCompletedEventAttributes: completed,
      activityTaskFailedEventAttributes: failed,
      activityTaskTimedOutEventAttributes: timedOut,
      activityTaskCanceledEventAttributes: canceled,
    } = event;
    if (begun) change(begun.scheduledEventId, { attempts: begun.attempt ?? 1 });
    if (completed) change(completed.scheduledEventId, { end: 'completed' });
    if (failed) change(failed.scheduledEventId, { end: 'failed' });
    if (timedOut) change(timedOut.scheduledEventId, { end: 'timedOut' });
    if (canceled) change(canceled.scheduledEventId, { end: 'canceled' });
  }
  return [...byEventId.values()];
}

function decode(
  payload: { readonly data?: Uint8Array | null } | undefined,
): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(Buffer.from(payload?.data ?? []).toString()));
  } catch {
    return {};
  }
}

/** All texts of a value, and its bytes as text: payloads carry JSON as bytes. */
function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).map(textOf).join(' ');
}
