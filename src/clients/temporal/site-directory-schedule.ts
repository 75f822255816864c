import {
  NamespaceNotFoundError,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
} from '@temporalio/client';

import type { ErrorCode } from '../../domain/error-codes.ts';
import { SITE_DIRECTORY_ID, SITE_DIRECTORY_WORKFLOW_TYPE, TASK_QUEUE } from '../../domain/names.ts';
import { findGrpcError } from './grpc-error.ts';

/** Whether the schedule is there; if not, why, and the command that an administrator runs. */
export type ScheduleState =
  | { readonly exists: true }
  | { readonly exists: false; readonly code: ErrorCode; readonly message: string };

// gRPC status codes (https://grpc.io/docs/guides/status-codes/).
const PERMISSION_DENIED = 7;
const UNIMPLEMENTED = 12;

// At night in Europe, when few calls ask ConnectWise; spread, so that it does not meet the jobs that
// everybody else has at three o'clock sharp.
const HOUR_UTC = 3;
const JITTER = '30 minutes';

/**
 * Creates the daily schedule of the walk through ConnectWise's sites. May run any number of times: a
 * schedule that exists is left as it is, since an operator may have moved or paused it.
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
        // An outage over the hour is made up for once, not for every day of it.
        catchupWindow: '1 day',
      },
    });
    return { exists: true };
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return { exists: true };
    if (error instanceof NamespaceNotFoundError) return nowhere(error.namespace);
    const status = findGrpcError(error)?.code;
    if (status === undefined) throw error;
    if (status !== PERMISSION_DENIED && status !== UNIMPLEMENTED) return unavailable;
    return (await exists(client)) ? { exists: true } : missing(client.options.namespace);
  }
}

const unavailable: ScheduleState = {
  exists: false,
  code: 'TEMPORAL_UNAVAILABLE',
  message: `Temporal did not take the schedule ${SITE_DIRECTORY_ID}. Each worker that starts tries it again, as does npm run temporal:bootstrap.`,
};

function nowhere(namespace: string): ScheduleState {
  return {
    exists: false,
    code: 'TEMPORAL_UNAVAILABLE',
    message: `Temporal has no namespace ${namespace}. Check TEMPORAL_NAMESPACE.`,
  };
}

/** Without the right to create it, it may still be there. */
async function exists(client: Client): Promise<boolean> {
  try {
    await client.schedule.getHandle(SITE_DIRECTORY_ID).describe();
    return true;
  } catch (error) {
    const status = findGrpcError(error)?.code;
    const isTold =
      error instanceof ScheduleNotFoundError ||
      status === PERMISSION_DENIED ||
      status === UNIMPLEMENTED;
    if (isTold) return false;
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
