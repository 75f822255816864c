import type { Step } from '../../domain/names.ts';
import { defineRecord, type RecordDeps } from '../step/define-record.ts';
import { describeReprocess } from '../step/describe-reprocess.ts';
import { releaseTransitionOf } from '../step/transition.ts';

export type RecordReprocessInput = {
  readonly callSid: string;
  readonly step: Step;
  readonly reason: string | null;
  /** The name of the key that asked; runs of older code leave it out. */
  readonly actor?: string | null;
  /** When the signal released all that was parked, by the workflow's clock, in unix milliseconds. */
  readonly releasedAtMs?: number;
};

/**
 * Marks the call PROCESSING again because a parked step is retried. A failure that was parked before
 * the signal no longer counts, even if it is written after this; one that came later stands.
 */
export function createRecordReprocess(deps: RecordDeps) {
  const { calls } = deps;
  return defineRecord(deps, async (input: RecordReprocessInput, { attempt, tx }) => {
    const { callSid, step, reason, actor = null, releasedAtMs } = input;
    const call = await calls.findByCallSid(callSid, tx);
    // The database was unavailable when the call failed, so there is no row to correct.
    if (call === null) return;
    // Older workflow code gives no time, and schedules this activity right after the release.
    const released = releaseTransitionOf(releasedAtMs ?? attempt.scheduledAt.getTime());
    await calls.resume(call.id, released, tx);
    const message = describeReprocess(step, reason);
    await attempt.note({ callId: call.id, actor }, [{ event: 'REPROCESS_REQUESTED', message }], tx);
  });
}
