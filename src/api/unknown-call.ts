import { ServiceError } from '../domain/service-error.ts';
import type { CallRuns } from '../clients/temporal/call-runs.ts';

/**
 * The error that says why a call has no row: nobody submitted it, or no worker has opened it yet.
 * Only Temporal knows which, so this rejects with TEMPORAL_… while Temporal does not answer.
 */
export async function whyUnknown(callSid: string, runs: CallRuns): Promise<ServiceError> {
  const run = await runs.find(callSid);
  return run?.isOpen === true
    ? new ServiceError(
        'CALL_NOT_OPENED',
        `The call ${callSid} was submitted and no worker has opened it yet.`,
      )
    : new ServiceError('NOT_FOUND', `There is no call ${callSid}.`);
}
