import type { Call } from '../../generated/prisma/client.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { TransactionClient } from '../../repositories/database.ts';

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

/**
 * The call as it is now, locked until the transaction ends. A step that was held up learns from it
 * what has happened since it read the row. Throws STEP_SUPERSEDED when another run has opened the
 * call meanwhile, so that nothing of the transaction stays.
 */
export async function lockCall(
  calls: CallRepository,
  { id, runId }: Pick<Call, 'id' | 'runId'>,
  step: string,
  tx: TransactionClient,
): Promise<Call> {
  const call = await calls.lock(id, tx);
  if (call.runId !== runId) throw superseded(step);
  return call;
}

/** Raised where a step finds that its call was taken over; undoes the transaction it stands in. */
export function superseded(step: string): ServiceError {
  return new ServiceError(
    'STEP_SUPERSEDED',
    `${step} wrote nothing: another run or a later step has taken the call over.`,
  );
}
