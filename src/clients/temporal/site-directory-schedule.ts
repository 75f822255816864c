import {
  NamespaceNotFoundError,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
} from '@temporalio/client';

import type { ErrorCode } from '../../domain/error-codes.ts';
import { SITE_DIRECTORY_WORKFLOW_TYPE, siteDirectoryIdOf, TASK_QUEUE } from '../../domain/names.ts';
import { findGrpcError, REFUSALS } from './errors.ts';

/**
 * Whether the schedule exists; if not, why, and what to do about it: the message is printed or
 * logged alone.
 */
export type ScheduleState =
  | { readonly exists: true }
  | { readonly exists: false; readonly code: ErrorCode; readonly message: string };

// At night in Europe, when few calls need ConnectWise; spread, so that it does not coincide with the
// jobs that everyone else runs at three o'clock sharp.
const HOUR_UTC = 3;
const JITTER = '30 minutes';

/**
 * Creates the daily schedule of the walks of this task queue through ConnectWise's sites. Idempotent: an existing
 * schedule is left as it is, since an operator may have moved or paused it.
 */
export async function ensureSiteDirectorySchedule(
  client: Client,
  taskQueue: string = TASK_QUEUE,
): Promise<ScheduleState> {
  const scheduleId = siteDirectoryIdOf(taskQueue);
  try {
    await client.schedule.create({
      scheduleId,
      spec: { calendars: [{ hour: HOUR_UTC }], jitter: JITTER },
      action: {
        type: 'startWorkflow',
        workflowType: SITE_DIRECTORY_WORKFLOW_TYPE,
        workflowId: scheduleId,
        taskQueue,
      },
      policies: {
        overlap: ScheduleOverlapPolicy.SKIP,
        // After an outage the missed walk is made up for once, not for every missed day.
        catchupWindow: '1 day',
      },
    });
    return { exists: true };
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return { exists: true };
    if (error instanceof NamespaceNotFoundError) return nowhere(error.namespace);
    const code = findGrpcError(error)?.code;
    if (code === undefined) throw error;
    if (!REFUSALS.includes(code)) return unavailable(scheduleId);
    return (await exists(client, scheduleId))
      ? { exists: true }
      : missing(client.options.namespace, taskQueue);
  }
}

function unavailable(scheduleId: string): ScheduleState {
  return {
    exists: false,
    code: 'TEMPORAL_UNAVAILABLE',
    message: `Temporal did not accept the schedule ${scheduleId}. Every worker that starts tries again, and so does npm run temporal:bootstrap.`,
  };
}

function nowhere(namespace: string): ScheduleState {
  return {
    exists: false,
    code: 'TEMPORAL_UNAVAILABLE',
    message: `Temporal has no namespace ${namespace}. Check TEMPORAL_NAMESPACE.`,
  };
}

/** Credentials that may not create the schedule do not rule out that it exists. */
async function exists(client: Client, scheduleId: string): Promise<boolean> {
  try {
    await client.schedule.getHandle(scheduleId).describe();
    return true;
  } catch (error) {
    // Whatever else Temporal answers, it has not been seen.
    if (error instanceof ScheduleNotFoundError || findGrpcError(error) !== null) return false;
    throw error;
  }
}

function missing(namespace: string, taskQueue: string): ScheduleState {
  const scheduleId = siteDirectoryIdOf(taskQueue);
  return {
    exists: false,
    code: 'TEMPORAL_CREDENTIALS_REFUSED',
    message: `The schedule ${scheduleId} does not exist, and these credentials may not create it, so the numbers of ConnectWise's sites are not kept. An administrator runs: temporal schedule create --namespace ${namespace} --schedule-id ${scheduleId} --workflow-id ${scheduleId} --type ${SITE_DIRECTORY_WORKFLOW_TYPE} --task-queue ${taskQueue} --calendar '{"hour":"${HOUR_UTC}"}' --jitter 30m --overlap-policy Skip --catchup-window 24h`,
  };
}
