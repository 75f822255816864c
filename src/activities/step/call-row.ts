import type { Call } from '../../generated/prisma/client.ts';
import type { Step } from '../../domain/names.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { TransactionClient } from '../../repositories/database.ts';

/** The row that openCall created. Throws CALL_ROW_MISSING when somebody has deleted it. */
export async function findCall(
  calls: CallRepository,
  callSid: string,
  tx?: TransactionClient,
): Promise<Call> {
  const call = await calls.findByCallSid(callSid, tx);
  if (call === null) {
    throw new ServiceError(
      'CALL_ROW_MISSING',
      `The row of call ${callSid} was deleted while the call was being processed.`,
    );
  }
  return call;
}

/** Thrown when a step finds that its call was taken over; rolls back the transaction around it. */
export function superseded(step: Step): ServiceError {
  return new ServiceError(
    'STEP_SUPERSEDED',
    `${step} wrote nothing: another run or a later step has taken the call over.`,
  );
}
