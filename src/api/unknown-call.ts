import { ServiceError } from '../domain/service-error.ts';
import type { CallRuns } from '../clients/temporal/call-runs.ts';

/**
 * The error that says why a call has no row: nobody submitted it, or no worker has opened it yet.
 * Only Temporal knows which, so this rejects with TEMPORAL_… while Temporal does not answer.
 */
export async function whyUnknown(callSid: string, runs: CallRuns): Promise<ServiceError> {
  const run = await runs.look(callSid);
  // The sender knows which call was asked for. Whatever was taken for one is not for the log.
  return run?.isOpen === true
    ? new ServiceError('CALL_NOT_OPENED', 'No worker has opened the call yet.', {
        told: `The call ${callSid} was submitted and no worker has opened it yet.`,
      })
    : new ServiceError('NOT_FOUND', 'There is no such call.', {
        told: `There is no call ${callSid}.`,
      });
}
