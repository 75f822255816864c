import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

import { CALL_STATUSES, type CallKey, type CallStatus } from '../../domain/call.ts';
import type { CallProcessing, PlanReport, StatusReport } from '../../domain/call-run.ts';
import { TEMPORAL_CODES } from '../../domain/error-codes/temporal.ts';
import {
  PLAN_QUERY,
  REPROCESS_SIGNAL,
  STATUS_QUERY,
  TASK_QUEUE,
  WORKFLOW_TYPE,
  type RedoStep,
} from '../../domain/names.ts';
import { located } from '../shared/locate-failures.ts';
import { toQueryError, toReadError, toTemporalError } from './errors.ts';
import { placeOf } from './place.ts';
import { pendingWorkOf, type PendingWork } from './pending-work.ts';

/** A run of a call, as Temporal describes it. */
export type CallRun = {
  readonly runId: string;
  readonly isOpen: boolean;
  /** Somebody has asked for its cancellation: it is about to close. */
  readonly isCancelRequested: boolean;
  /** What it is doing or waits for; nothing once it is closed. */
  readonly pending: PendingWork;
  readonly status: CallStatus;
  /** What the gateway started it with; `null` for a run started from a command line. */
  readonly startedWith: Pick<CallKey, 'recordgroup' | 'recordid'> | null;
};

export type CallRuns = ReturnType<typeof createCallRuns>;

// A start takes milliseconds. After five seconds, telling the sender to come back is better than waiting.
const DEADLINE_MS = 5_000;

// Temporal describes a run in milliseconds. Whoever reads should not wait for long when it does not.
const READER_WAITS_MS = 1_000;

// While it did not answer a moment ago, a page of several reads must not wait once more for each. One that
// waits the whole time finds out every so often whether it is back.
const READER_WAITS_AGAIN_MS = 200;
const TRY_WHOLE_TIME_AFTER_MS = 5_000;

/** The name of the key that asked for the run. */
const startedByKey = defineSearchAttributeKey('StartedBy', SearchAttributeType.KEYWORD);
const callStatusKey = defineSearchAttributeKey('CallStatus', SearchAttributeType.KEYWORD);

/**
 * Creates the client for the runs of calls. It names the workflow by the text of its type, not by
 * its function, so that the gateway does not load the workflow. Calls start on the task queue. Every method rejects with TEMPORAL_…
 * when Temporal does not answer in time.
 */
export function createCallRuns(client: Client, taskQueue: string = TASK_QUEUE) {
  const place = placeOf(client);
  let unansweredAt = -Infinity;
  const withDeadline = async <T>(
    request: () => Promise<T>,
    {
      toError = toTemporalError,
      deadlineMs = DEADLINE_MS,
    }: { toError?: (error: unknown) => unknown; deadlineMs?: number } = {},
  ): Promise<T> => {
    try {
      return await client.withDeadline(Date.now() + deadlineMs, request);
    } catch (error) {
      throw located(toError(error), place, TEMPORAL_CODES);
    }
  };

  const startOptions = ({ callSid, recordgroup, recordid }: CallKey, actor: string | null) => ({
    workflowId: callSid,
    taskQueue,
    args: [
      { callSid, recordgroup, recordid, ...(actor === null ? {} : { actor }) },
    ] as Parameters<CallProcessing>,
    memo: { recordgroup, recordid },
    typedSearchAttributes: [
      { key: callStatusKey, value: 'PROCESSING' },
      ...(actor === null ? [] : [{ key: startedByKey, value: actor }]),
    ],
  });

  const find = async (callSid: string, deadlineMs: number): Promise<CallRun | null> =>
    withDeadline(
      async () => {
        try {
          return toCallRun(await client.workflow.getHandle(callSid).describe());
        } catch (error) {
          if (error instanceof WorkflowNotFoundError) return null;
          throw error;
        }
      },
      { toError: toReadError, deadlineMs },
    );

  return {
    /**
     * Starts the call, unless a run of it is open or completed: then `started` is false and `run`
     * is that run. A run that failed, expired, or was cancelled or terminated is replaced. `actor` is
     * the name of the key that asked.
     */
    async start(
      key: CallKey,
      actor: string | null,
    ): Promise<{ readonly started: boolean; readonly run: CallRun }> {
      return withDeadline(async () => {
        try {
          const handle = await client.workflow.start<CallProcessing>(WORKFLOW_TYPE, {
            ...startOptions(key, actor),
            workflowIdReusePolicy: 'ALLOW_DUPLICATE_FAILED_ONLY',
            workflowIdConflictPolicy: 'FAIL',
          });
          const { recordgroup, recordid } = key;
          return {
            started: true,
            run: {
              runId: handle.firstExecutionRunId,
              isOpen: true,
              isCancelRequested: false,
              pending: { steps: [], unclaimedSince: null },
              status: 'PROCESSING',
              startedWith: { recordgroup, recordid },
            },
          };
        } catch (error) {
          if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
          const description = await client.workflow.getHandle(key.callSid).describe();
          return { started: false, run: toCallRun(description) };
        }
      });
    },

    /** The newest run of a call; `null` when Temporal does not know one, or no longer does. */
    find: (callSid: string) => find(callSid, DEADLINE_MS),

    /** The same for somebody who only reads, and would rather be told that Temporal is away than wait. */
    async look(callSid: string): Promise<CallRun | null> {
      const isFresh = performance.now() - unansweredAt < TRY_WHOLE_TIME_AFTER_MS;
      if (isFresh) return find(callSid, READER_WAITS_AGAIN_MS);
      try {
        return await find(callSid, READER_WAITS_MS);
      } catch (error) {
        unansweredAt = performance.now();
        throw error;
      }
    },

    /**
     * How many runs that a key asked for are open and not parked, of those that began before a moment.
     * Temporal lists a run a little after it began. `actor` is the name of a key, so it holds nothing
     * that could end the text in the query.
     */
    async countOpen(actor: string, before: Date): Promise<number> {
      return withDeadline(async () => {
        const { count } = await client.workflow.count(
          `StartedBy = "${actor}" AND CallStatus = "PROCESSING" AND ExecutionStatus = "Running" AND StartTime < "${before.toISOString()}"`,
        );
        return count;
      });
    },

    /** Whether an open run has finished this step. Needs a worker: TEMPORAL_NO_WORKER when none answers. */
    async hasFinished(callSid: string, step: RedoStep): Promise<boolean> {
      return withDeadline(
        async () => {
          const { steps } = await client.workflow
            .getHandle(callSid)
            .query<StatusReport>(STATUS_QUERY);
          return steps[step] === 'DONE';
        },
        { toError: toQueryError },
      );
    },

    /** What an open run has done and must redo. Needs a worker: TEMPORAL_NO_WORKER when none answers. */
    async plan(callSid: string): Promise<PlanReport> {
      return withDeadline(() => client.workflow.getHandle(callSid).query<PlanReport>(PLAN_QUERY), {
        toError: toQueryError,
      });
    },

    /** Signals the open run, or starts one that begins with the signal. Returns its run id. */
    async reprocess(
      key: CallKey,
      request: { readonly from?: RedoStep; readonly reason?: string; readonly actor?: string },
    ): Promise<string> {
      return withDeadline(async () => {
        const handle = await client.workflow.signalWithStart<CallProcessing, [unknown?]>(
          WORKFLOW_TYPE,
          {
            ...startOptions(key, request.actor ?? null),
            workflowIdReusePolicy: 'ALLOW_DUPLICATE',
            signal: REPROCESS_SIGNAL,
            signalArgs: [request],
          },
        );
        return handle.signaledRunId;
      });
    },
  };
}

function toCallRun(description: WorkflowExecutionDescription): CallRun {
  const { runId, status, memo, typedSearchAttributes, raw } = description;
  const published = typedSearchAttributes.get(callStatusKey);
  const isOpen = status.name === 'RUNNING';
  return {
    runId,
    isOpen,
    isCancelRequested: raw.workflowExtendedInfo?.cancelRequested === true,
    pending: pendingWorkOf(raw, new Date()),
    status:
      status.name === 'COMPLETED'
        ? 'COMPLETED'
        : (CALL_STATUSES.find((known) => known === published) ?? 'PROCESSING'),
    startedWith:
      typeof memo?.['recordgroup'] === 'string' && typeof memo['recordid'] === 'string'
        ? { recordgroup: memo['recordgroup'], recordid: memo['recordid'] }
        : null,
  };
}
