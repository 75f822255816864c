import { isRedoStep, type RedoStep } from './names.ts';

/** What a `reprocess` requests. Without `from`, the parked steps are tried again. */
export type ReprocessRequest = { readonly from: RedoStep | null; readonly reason: string | null };

/** A reason is a short note for the log, not a place for a report. */
export const REASON_MAX_LENGTH = 200;

/**
 * Reads a signal's payload, whatever it is. Signals come from people's shells and must never fail a
 * workflow, so anything that is not understood counts as absent.
 */
export function toReprocessRequest(payload: unknown): ReprocessRequest {
  if (typeof payload !== 'object' || payload === null) return { from: null, reason: null };
  const from = 'from' in payload ? payload.from : null;
  const reason = 'reason' in payload ? payload.reason : null;
  return {
    from: isRedoStep(from) ? from : null,
    reason:
      typeof reason === 'string' && reason.trim() !== ''
        ? reason.trim().slice(0, REASON_MAX_LENGTH)
        : null,
  };
}

/**
 * Tells whether a reason could contain a phone number. Reasons are kept in the history of the run,
 * which must contain none; six digits, together or scattered, are the fewest that could be one.
 */
export function mayHoldPhoneNumber(reason: string): boolean {
  return (reason.match(/\d/g)?.length ?? 0) >= 6;
}
