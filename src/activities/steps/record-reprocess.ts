import type { Step } from '../../domain/names.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { Database } from '../../repositories/database.ts';
import type { ProcessingLogRepository } from '../../repositories/processing-log-repository.ts';
import { toRetryableFailure, toServiceError } from '../failure.ts';
import { describeReprocess } from './open-call.ts';
import { currentAttempt } from '../step/define-step.ts';
import { releaseTransitionOf } from '../step/transition.ts';

export type RecordReprocessDeps = {
  readonly database: Database;
  readonly calls: CallRepository;
  readonly log: ProcessingLogRepository;
};

export type RecordReprocessInput = {
  readonly callSid: string;
  readonly step: Step;
  readonly reason: string | null;
  /** When the signal released all that was parked, by the workflow's clock, in unix milliseconds. */
  readonly releasedAtMs?: number;
};

/**
 * Marks the call PROCESSING again because a parked step is tried anew. A failure that was parked
 * before the signal counts no more, even if it is written after this; one that came later stands.
 */
export function createRecordReprocess(deps: RecordReprocessDeps) {
  const { database, calls, log } = deps;
  return async ({ callSid, step, reason, releasedAtMs }: RecordReprocessInput): Promise<void> => {
    const attempt = currentAttempt(step);
    try {
      await database.transaction(async (tx) => {
        const call = await calls.findByCallSid(callSid, tx);
        // The database was away when the call failed, so there is no row to correct.
        if (call === null) return;
        // An older workflow says no time: it asks for this right after the release.
        const released = releaseTransitionOf(releasedAtMs ?? attempt.scheduledAt.getTime());
        await calls.resume(call.id, released, tx);
        await log.create(
          attempt.logRow({
            callId: call.id,
            status: 'LOG_INFO',
            event: 'REPROCESS_REQUESTED',
            message: describeReprocess(step, reason),
          }),
          tx,
        );
      });
    } catch (error) {
      throw toRetryableFailure(toServiceError(error));
    }
  };
}
