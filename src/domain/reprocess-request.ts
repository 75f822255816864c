import { toActor } from './actor.ts';
import { isRedoStep, type RedoStep } from './names.ts';
import { toStorable } from './storable-text.ts';

/** What a `reprocess` requests. Without `from`, the parked steps are tried again. */
export type ReprocessRequest = RequestNote & {
  readonly from: RedoStep | null;
  /** Only resume what is parked: a run in which nothing is parked any more is left alone. */
  readonly onlyIfParked: boolean;
};

/** What the log says about a request: why, and the name of the key that asked (or null). */
export type RequestNote = { readonly reason: string | null; readonly actor: string | null };

/** The name of the key for an argument, from which it is left out where there is none. */
export function actorOf({ actor }: RequestNote): { readonly actor?: string } {
  return actor === null ? {} : { actor };
}

/** A request about which nothing is known, as those from a command line. */
export const NO_NOTE: RequestNote = { reason: null, actor: null };

/** A reason is a short note for the log, not a place for a report. */
export const REASON_MAX_LENGTH = 200;

/**
 * Reads a signal's payload, whatever it is. Signals come from people's shells and must never fail a
 * workflow, so anything that is not understood counts as absent, and the reason says so where a person
 * would not expect it.
 */
export function toReprocessRequest(payload: unknown): ReprocessRequest {
  if (typeof payload !== 'object' || payload === null) {
    return { from: null, ...NO_NOTE, onlyIfParked: false };
  }
  const from = 'from' in payload ? (payload.from ?? null) : null;
  const reason = toReason('reason' in payload ? payload.reason : null);
  const actor = 'actor' in payload ? toActor(payload.actor) : null;
  const onlyIfParked = 'onlyIfParked' in payload && payload.onlyIfParked === true;
  if (isRedoStep(from)) return { from, reason, actor, onlyIfParked };
  const notes = [reason, from === null ? null : UNKNOWN_STEP].filter((note) => note !== null);
  return { from: null, reason: notes.join('; ') || null, actor, onlyIfParked };
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
