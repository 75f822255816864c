import { status } from '@grpc/grpc-js';
import {
  NamespaceNotFoundError,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
} from '@temporalio/client';

import type { ErrorCode } from '../../domain/error-codes.ts';
import { SITE_DIRECTORY_ID, SITE_DIRECTORY_WORKFLOW_TYPE, TASK_QUEUE } from '../../domain/names.ts';
import { findGrpcError } from './errors.ts';

/**
 * Whether the schedule exists; if not, why, and what to do about it: the message is printed or
 * logged alone.
 */
export type ScheduleState =
  | { readonly exists: true }
  | { readonly exists: false; readonly code: ErrorCode; readonly message: string };

/** What a server answers that does not let this client manage schedules. */
const REFUSALS: readonly unknown[] = [status.PERMISSION_DENIED, status.UNIMPLEMENTED];

// At night in Europe, when few calls need ConnectWise; spread, so that it does not coincide with the
// jobs that everyone else runs at three o'clock sharp.
const HOUR_UTC = 3;
const JITTER = '30 minutes';

/**
 * Creates the daily schedule of the walk through ConnectWise's sites. Idempotent: an existing
 * schedule is left as it is, since an operator may have moved or paused it.
 */
export async function ensureSiteDirectorySchedule(client: Client): Promise<ScheduleState> {
  try {
    await client.schedule.create({
      scheduleId: SITE_DIRECTORY_ID,
      spec: { calendars: [{ hour: HOUR_UTC }], jitter: JITTER },
      action: {
        type: 'startWorkflow',
        workflowType: SITE_DIRECTORY_WORKFLOW_TYPE,
        workflowId: SITE_DIRECTORY_ID,
        taskQueue: TASK_QUEUE,
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
    if (!REFUSALS.includes(code)) return unavailable;
    return (await exists(client)) ? { exists: true } : missing(client.options.namespace);
  }
}

const unavailable: ScheduleState = {
  exists: false,
  code: 'TEMPORAL_UNAVAILABLE',
  message: `Temporal did not accept the schedule ${SITE_DIRECTORY_ID}. Every worker that starts tries again, and so does npm run temporal:bootstrap.`,
};

function nowhere(namespace: string): ScheduleState {
  return {
    exists: false,
    code: 'TEMPORAL_UNAVAILABLE',
    message: `Temporal has no namespace ${namespace}. Check TEMPORAL_NAMESPACE.`,
  };
}

/** Credentials that may not create the schedule do not rule out that it exists. */
async function exists(client: Client): Promise<boolean> {
  try {
    await client.schedule.getHandle(SITE_DIRECTORY_ID).describe();
    return true;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return false;
    if (REFUSALS.includes(findGrpcError(error)?.code)) return false;
    throw error;
  }
}

function missing(namespace: string): ScheduleState {
  return {
    exists: false,
    code: 'TEMPORAL_CREDENTIALS_REFUSED',
    message: `The schedule ${SITE_DIRECTORY_ID} does not exist, and these credentials may not create it, so the numbers of ConnectWise's sites are not kept. An administrator runs: temporal schedule create --namespace ${namespace} --schedule-id ${SITE_DIRECTORY_ID} --workflow-id ${SITE_DIRECTORY_ID} --type ${SITE_DIRECTORY_WORKFLOW_TYPE} --task-queue ${TASK_QUEUE} --calendar '{"hour":"${HOUR_UTC}"}' --jitter 30m --overlap-policy Skip --catchup-window 24h`,
  };
}
