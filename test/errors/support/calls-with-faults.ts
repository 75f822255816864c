import assert from 'node:assert/strict';

import type { FaultInput } from '../../../sandbox/core/faults.ts';
import type { CallKey } from '../../../src/domain/call.ts';
import type { Step } from '../../../src/domain/names.ts';
import { submit } from '../../support/calls.ts';
import type { Service } from '../../support/service.ts';

let calls = 0;

/**
 * Adds a call whose requests meet these faults. It has a number of its own, because requests to
 * ConnectWise name the number and not the call.
 */
export async function addCallWithFaults(
  service: Service,
  faults: readonly Omit<FaultInput, 'callSid'>[],
  isFresh = false,
): Promise<CallKey> {
  calls += 1;
  const snumber = `+4420794607${String(calls).padStart(2, '0')}`;
  const fresh = `${Math.floor(Date.now() / 1000)}.${calls}`;
  return service.addRecording({
    metadata: { snumber, cnumber: '+442079460000' },
    faults,
    ...(isFresh ? { callRecordingId: fresh } : {}),
  });
}

/** Adds a call as `addCallWithFaults` does, and submits it. */
export async function startCallWithFaults(
  ...parameters: Parameters<typeof addCallWithFaults>
): Promise<CallKey> {
  const key = await addCallWithFaults(...parameters);
  const { status } = await submit(parameters[0], key);
  assert.equal(status, 202);
  return key;
}

export type StepAccount = {
  /** The failed attempts according to the log: number, code and time. */
  readonly failed: readonly { number: number; code: string; at: number }[];
  /** When the step succeeded; `null` if it did not. */
  readonly succeededAt: number | null;
  /** The number of the attempt that Temporal started last, from the history. */
  readonly lastAttempt: number;
};

/** How one step of a call went, according to the log and the history. Times in milliseconds. */
export async function accountOf(
  service: Service,
  callSid: string,
  step: Step,
): Promise<StepAccount> {
  const rows = await service.database.prisma.processingLog.findMany({
    where: { call: { callSid }, step, event: { not: 'JOB_FAILED' } },
    orderBy: { createdAt: 'asc' },
  });
  const success = rows.find(({ code, attempt }) => code === null && attempt === 0);
  return {
    failed: rows.flatMap(({ attempt, code, createdAt }) =>
      code === null ? [] : [{ number: attempt, code, at: createdAt.getTime() }],
    ),
    succeededAt: success?.createdAt.getTime() ?? null,
    lastAttempt: await lastAttemptOf(service, callSid, step),
  };
}

async function lastAttemptOf(service: Service, callSid: string, step: Step): Promise<number> {
  const { events } = await service.client.workflow.getHandle(callSid).fetchHistory();
  const scheduled = events?.find(
    ({ activityTaskScheduledEventAttributes }) =>
      activityTaskScheduledEventAttributes?.activityType?.name === step,
  );
  const started = events?.find(
    ({ activityTaskStartedEventAttributes }) =>
      String(activityTaskStartedEventAttributes?.scheduledEventId) === String(scheduled?.eventId),
  );
  const attempt = started?.activityTaskStartedEventAttributes?.attempt;
  assert.ok(typeof attempt === 'number', `${step} was started`);
  return attempt;
}
