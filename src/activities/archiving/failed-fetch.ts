import type { Call } from '../../generated/prisma/client.ts';
import { recordedAtOf } from '../../domain/call.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { ProcessingLogRepository } from '../../repositories/processing-log-repository.ts';
import type { Attempt } from '../step/attempt.ts';

// A recording appears in the phone system some time after the call has ended; a quarter of an hour
// is the longest delay that was seen.
const FRESH_MS = 15 * 60 * 1000;

// Asking four times a minute finds a new recording soon without burdening the phone system.
const NOT_THERE_YET_DELAY_MS = 15_000;

// Three damaged copies in a row mean that the recording is damaged in the phone system itself.
const MAX_CORRUPT_FETCHES = 3;

type FetchContext = {
  readonly log: ProcessingLogRepository;
  readonly call: Call;
  readonly attempt: Attempt;
};

/**
 * What a failed fetch means for this call: a fresh recording that is missing is waited for, and one
 * that keeps arriving damaged is given up. Any other error is returned as it is.
 */
export async function explainFailedFetch(error: unknown, context: FetchContext): Promise<unknown> {
  if (!(error instanceof ServiceError)) return error;
  if (error.code === 'RECORDING_NOT_FOUND') return explainMissing(error, context);
  if (error.code === 'RECORDING_CORRUPT') return explainCorrupt(error, context);
  return error;
}

function explainMissing(error: ServiceError, { call, attempt }: FetchContext): ServiceError {
  const since = recordedAtOf(call.callSid) ?? attempt.scheduledAt;
  if (Date.now() - since.getTime() >= FRESH_MS) return error;
  return new ServiceError(
    'RECORDING_NOT_THERE_YET',
    'The phone system does not have the recording yet; it is asked again every 15 seconds while the recording is younger than 15 minutes.',
    { retryAfterMs: NOT_THERE_YET_DELAY_MS, context: error.context },
  );
}

async function explainCorrupt(
  error: ServiceError,
  { log, attempt }: FetchContext,
): Promise<ServiceError> {
  const { runId, activityId } = attempt;
  const earlier = await log.countFailures({ runId, activityId, code: error.code });
  return earlier + 1 >= MAX_CORRUPT_FETCHES ? error.forGood() : error;
}
