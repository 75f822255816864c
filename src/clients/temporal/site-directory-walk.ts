import { setTimeout as sleep } from 'node:timers/promises';

import {
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  WorkflowFailedError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

import { isErrorCode } from '../../domain/error-codes.ts';
import { siteDirectoryIdOf, TASK_QUEUE, WALK_QUERY } from '../../domain/names.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { SiteWalkReport, SiteWalkResult } from '../../domain/site-phone.ts';
import { findGrpcError } from './errors.ts';

// Twice a second looks immediate and costs Temporal next to nothing.
const POLL_INTERVAL_MS = 500;

// A schedule acts within a second; ten cover a server under load.
const STARTS_WITHIN_MS = 10_000;

// Replacing a worker by another takes less.
const WORKER_ANSWERS_WITHIN_MS = 20_000;

// A query that was handed to a worker which has just died is lost with it, so it is sent again.
const QUERY_TIMEOUT_MS = 5_000;

// A cancelled request ends at once; if it was about to be repeated, at its next attempt.
const ABORTS_WITHIN_MS = 2_000;

type Walk = () => Promise<SiteWalkResult>;

/**
 * Makes the schedule start a walk through ConnectWise's sites now, or joins the one that is running,
 * and reports its progress until it ends. Throws a ServiceError: with the walk's own code when the
 * walk fails, TEMPORAL_UNAVAILABLE, or TIMEOUT when no worker answers (the walk then waits for one).
 * The command prints the message alone, so it says what to do.
 */
export async function walkSites(
  client: Client,
  onProgress: (report: SiteWalkReport) => void = () => undefined,
  {
    taskQueue = TASK_QUEUE,
    workerAnswersWithinMs = WORKER_ANSWERS_WITHIN_MS,
  }: { readonly taskQueue?: string; readonly workerAnswersWithinMs?: number } = {},
): Promise<SiteWalkResult> {
  const scheduleId = siteDirectoryIdOf(taskQueue);
  try {
    const handle = client.workflow.getHandle<Walk>(await startOrJoin(client, scheduleId));
    return await follow({ handle, client, onProgress, workerAnswersWithinMs });
  } catch (error) {
    throw toWalkError(error, scheduleId);
  }
}

/** The workflow id of the running walk. The schedule sees to it that there is one at a time. */
async function startOrJoin(client: Client, scheduleId: string): Promise<string> {
  const schedule = client.schedule.getHandle(scheduleId);
  const before = (await schedule.describe()).info;
  // Does nothing while a walk is running.
  await schedule.trigger(ScheduleOverlapPolicy.SKIP);
  const deadline = performance.now() + STARTS_WITHIN_MS;
  while (performance.now() < deadline) {
    const { numActionsTaken, recentActions, runningActions } = (await schedule.describe()).info;
    // A short walk may have ended before the first poll.
    const last =
      numActionsTaken > before.numActionsTaken ? recentActions.at(-1)?.action : undefined;
    const started = runningActions[0] ?? last;
    if (started !== undefined) return started.workflow.workflowId;
    await sleep(POLL_INTERVAL_MS);
  }
  throw new ServiceError(
    'TEMPORAL_UNAVAILABLE',
    `The schedule ${scheduleId} did not start a walk. Check the Temporal server.`,
  );
}

async function follow({
  handle,
  client,
  onProgress,
  workerAnswersWithinMs,
}: {
  readonly handle: WorkflowHandle<Walk>;
  readonly client: Client;
  readonly onProgress: (report: SiteWalkReport) => void;
  readonly workerAnswersWithinMs: number;
}): Promise<SiteWalkResult> {
  const asking = new AbortController();
  const ended = client.withAbortSignal(asking.signal, () => handle.result());
  // The race below sees the rejection; until it begins, nothing waits for it.
  const settled = ended.then(
    () => undefined,
    () => undefined,
  );
  let answeredAt = performance.now();
  for (;;) {
    const result = await Promise.race([ended, sleep(POLL_INTERVAL_MS, null)]);
    if (result !== null) return result;
    const deadline = Date.now() + Math.min(QUERY_TIMEOUT_MS, workerAnswersWithinMs);
    const report = await client
      .withDeadline(deadline, () => handle.query<SiteWalkReport>(WALK_QUERY))
      .catch(() => null);
    if (report !== null) {
      answeredAt = performance.now();
      onProgress(report);
    } else if (performance.now() - answeredAt > workerAnswersWithinMs) {
      asking.abort();
      // A request that is still under way when the connection closes would be repeated on the closed
      // one, which throws where nobody can catch it.
      await Promise.race([settled, sleep(ABORTS_WITHIN_MS)]);
      throw new ServiceError(
        'TIMEOUT',
        'No worker answers for the walk through the sites. Start one (npm run worker): the walk waits for it and then continues by itself.',
      );
    }
  }
}

function toWalkError(error: unknown, scheduleId: string): unknown {
  if (error instanceof ScheduleNotFoundError) {
    return new ServiceError(
      'TEMPORAL_UNAVAILABLE',
      `Temporal has no schedule ${scheduleId}. Start a worker (npm run worker), which creates it, or run npm run temporal:bootstrap.`,
    );
  }
  if (error instanceof WorkflowFailedError) {
    const { cause } = error;
    return cause instanceof ApplicationFailure && isErrorCode(cause.type)
      ? new ServiceError(cause.type, cause.message)
      : new ServiceError('CANCELLED', 'The walk was cancelled or terminated by an operator.');
  }
  const grpcError = findGrpcError(error);
  if (grpcError === null) return error;
  return new ServiceError(
    'TEMPORAL_UNAVAILABLE',
    'Temporal does not answer. Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and that the server is up.',
    { context: { grpcStatus: grpcError.code }, cause: error },
  );
}
