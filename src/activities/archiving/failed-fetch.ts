import type { Call } from '../../generated/prisma/client.ts';
import { recordedAtOf } from '../../domain/call.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { ProcessingLogRepository } from '../../repositories/processing-log-repository.ts';
import type { Attempt } from '../step/attempt.ts';

// A recording appears in the phone system some time after the call has ended; a quarter of an hour
// is the longest delay that was seen.
const FRESH_MS = 15 * 60 * 1000;

// The seconds in an id are the start of the call, so they do not say when it ended: the fifteen
// minutes count from the step's scheduling too. No call lasts a day: what was begun before that and
// is missing is missing for good, as where old calls are submitted in bulk.
const LONGEST_CALL_MS = 24 * 60 * 60 * 1000;

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
 * What a failed fetch means for this call: a fresh recording that is missing or still being written
 * is waited for, and one that keeps arriving damaged is given up. Any other error is returned as it
 * is.
 */
export async function explainFailedFetch(error: unknown, context: FetchContext): Promise<unknown> {
  if (!(error instanceof ServiceError)) return error;
  if (error.code === 'RECORDING_CORRUPT') return explainCorrupt(error, context);
  if (!mayStillCome(error)) return error;
  if (isFresh(context)) return notThereYet(error);
  return error.code === 'RECORDING_NOT_THERE_YET' ? error.forGood() : error;
}

/** Whether a later answer may hold the recording. */
function mayStillCome({ code, context }: ServiceError): boolean {
  switch (code) {
    case 'RECORDING_NOT_FOUND':
    case 'RECORDING_NOT_THERE_YET':
      return true;
    case 'RECORDING_UNREADABLE':
      return context['mayFollow'] === true;
    default:
      return false;
  }
}

function isFresh({ call, attempt }: FetchContext): boolean {
  const now = Date.now();
  const startedMs = recordedAtOf(call.callSid)?.getTime() ?? now;
  if (now - startedMs > LONGEST_CALL_MS) return false;
  const scheduledMs = attempt.scheduledAt.getTime();
  // An id without seconds says nothing, and neither does one from the future: a clock is wrong.
  const sinceMs = startedMs < now ? Math.max(startedMs, scheduledMs) : scheduledMs;
  return now - sinceMs < FRESH_MS;
}

function notThereYet({ code, context }: ServiceError): ServiceError {
  const what =
    code === 'RECORDING_NOT_FOUND'
      ? 'does not have the recording'
      : 'has not finished the recording';
  const { recordid, recordgroup } = context;
  const which = recordid === undefined ? '' : ` (recordid ${recordid}, recordgroup ${recordgroup})`;
  return new ServiceError(
    'RECORDING_NOT_THERE_YET',
    `The phone system ${what} yet; it is asked again every 15 seconds for 15 minutes${which}.`,
    { retryAfterMs: NOT_THERE_YET_DELAY_MS, context },
  );
}

async function explainCorrupt(
  error: ServiceError,
  { log, attempt }: FetchContext,
): Promise<ServiceError> {
  const earlier = await earlierCorrupt(log, attempt);
  if (earlier.length + 1 < MAX_CORRUPT_FETCHES) return error;
  const { sha256 } = error.context;
  if (typeof sha256 !== 'string' || !isSameAgain(earlier, sha256)) return error.forGood();
  return new ServiceError(
    'RECORDING_CORRUPT',
    'The phone system sent the very same bytes three times, and each time stated another size or sha1 for them: its description is wrong, rather than the transfer damaged.',
    { context: error.context, retryable: false },
  );
}

/** What the earlier attempts of this step said that received a damaged copy. */
export function earlierCorrupt(log: ProcessingLogRepository, attempt: Attempt): Promise<string[]> {
  const { runId, activityId } = attempt;
  return log.listFailures({ runId, activityId, code: 'RECORDING_CORRUPT' });
}

/** Whether the last copies that were taken for damaged were these very bytes. */
export function isSameAgain(earlier: readonly string[], sha256: string): boolean {
  const last = earlier.slice(1 - MAX_CORRUPT_FETCHES);
  return last.length === MAX_CORRUPT_FETCHES - 1 && last.every((said) => said.includes(sha256));
}
