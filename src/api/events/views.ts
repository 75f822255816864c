import { z } from 'zod';

import { CALL_STATUSES, OUTCOMES } from '../../domain/call.ts';
import type { FedRow } from '../../repositories/log-feed-repository.ts';

/** How a call stands now, which may already be later than the event. */
const standing = z.strictObject({
  callSid: z.string(),
  status: z.enum(CALL_STATUSES),
  outcome: z.enum(OUTCOMES).nullable(),
  failure: z.strictObject({ step: z.string(), code: z.string() }).nullable(),
});

/** The data of an event of one call: an entry of its log. */
export const logEventData = z.strictObject({
  at: z.iso.datetime(),
  step: z.string(),
  event: z.string(),
  status: z.string(),
  message: z.string(),
  attempt: z.int(),
  actor: z.string().nullable(),
  call: standing,
});

/** The data of an event of all calls: one whose status may have changed. */
export const callEventData = z.strictObject({ at: z.iso.datetime(), call: standing });

export function toLogEventData(row: FedRow): z.infer<typeof logEventData> {
  const { createdAt, step, event, status, message, attempt, actor } = row;
  return {
    at: createdAt.toISOString(),
    step,
    event,
    status,
    message,
    attempt,
    actor,
    call: toStanding(row),
  };
}

export function toCallEventData(row: FedRow): z.infer<typeof callEventData> {
  return { at: row.createdAt.toISOString(), call: toStanding(row) };
}

function toStanding({ call }: FedRow): z.infer<typeof standing> {
  const { callSid, callStatus, outcome, failedStep: step, failureCode: code } = call;
  return {
    callSid,
    status: callStatus,
    outcome,
    failure: step === null || code === null ? null : { step, code },
  };
}
