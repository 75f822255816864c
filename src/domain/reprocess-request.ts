import { isRedoStep, type RedoStep } from './names.ts';
import { toStorable } from './storable-text.ts';

/** What a `reprocess` requests. Without `from`, the parked steps are tried again. */
export type ReprocessRequest = { readonly from: RedoStep | null; readonly reason: string | null };

/** A reason is a short note for the log, not a place for a report. */
export const REASON_MAX_LENGTH = 200;

/**
 * Reads a signal's payload, whatever it is. Signals come from people's shells and must never fail a
 * workflow, so anything that is not understood counts as absent, and the reason says so where a person
 * would not expect it.
 */
export function toReprocessRequest(payload: unknown): ReprocessRequest {
  if (typeof payload !== 'object' || payload === null) return { from: null, reason: null };
  const from = 'from' in payload ? (payload.from ?? null) : null;
  const reason = toReason('reason' in payload ? payload.reason : null);
  if (isRedoStep(from)) return { from, reason };
  const notes = [reason, from === null ? null : UNKNOWN_STEP].filter((note) => note !== null);
  return { from: null, reason: notes.join('; ') || null };
}

const UNKNOWN_STEP = 'the step that was named is not known, so this is a plain retry';
const LEFT_OUT = 'the reason is left out, because six or more digits may be a phone number';

/**
 * A reason as it may be kept: storable, short, and without what could be a phone number. `null` when
 * there is none.
 */
export function toReason(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const reason = toStorable(value).trim();
  if (reason === '') return null;
  return mayHoldPhoneNumber(reason) ? LEFT_OUT : cutOff(reason);
}

/** Characters, not halves of them. */
function cutOff(reason: string): string {
  return Array.from(reason).slice(0, REASON_MAX_LENGTH).join('');
}

/**
 * Tells whether a reason could contain a phone number. Reasons are kept in the history of the run,
 * which must contain none; six digits of any script, together or scattered, are the fewest that could
 * be one.
 */
export function mayHoldPhoneNumber(reason: string): boolean {
  return (reason.match(/\p{Nd}/gu)?.length ?? 0) >= 6;
}
