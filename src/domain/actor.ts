/** Who asked for something through a hook of the phone system, which has no key. */
export const HOOK_ACTOR = 'hook';

// Actors stand in Temporal's histories and in queries, so six digits in a row, which could be a phone number,
// and quotation marks are left out.
const ACTOR = /^(?!.*\d{6})[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Tells whether a value is the name of a key, or of something else that asks for runs. */
export function isActor(value: unknown): value is string {
  return typeof value === 'string' && ACTOR.test(value);
}

/** The same value, or `null` when it is no such name. */
export function toActor(value: unknown): string | null {
  return isActor(value) ? value : null;
}
