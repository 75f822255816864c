import type { Call } from '../generated/prisma/client.ts';
import { ServiceError } from '../domain/service-error.ts';
import type { CallRepository } from '../repositories/call-repository.ts';

/** The row that openCall made. Its absence means that somebody deleted it. */
export async function findCall(calls: CallRepository, callSid: string): Promise<Call> {
  const call = await calls.findByCallSid(callSid);
  if (call === null) {
    throw new ServiceError(
      'CALL_ROW_MISSING',
      `The row of call ${callSid} is gone: somebody deleted it while it was being processed.`,
    );
  }
  return call;
}

/** Raised where a step finds that its call was taken over; undoes the transaction it stands in. */
export function superseded(step: string): ServiceError {
  return new ServiceError(
    'STEP_SUPERSEDED',
    `${step} wrote nothing: another run or a later step has taken the call over.`,
  );
}
