/** The largest value of PostgreSQL's type integer. */
export const MAX_INTEGER = 2_147_483_647;

/**
 * The longest time that anything about a call may last, about 115 days: far more than the three days of
 * telephone audio that fit into RECORDING_MAX_BYTES, and short enough that the sum of two hundred fits
 * into a column of type integer.
 */
export const MAX_SECONDS = 10_000_000;

/**
 * A number from another system, also if it was sent as text, limited to `max`. `null` for anything
 * that cannot be true: a negative number, NaN, a word. Such a number only accompanies a result, so it
 * is never a reason to lose what was paid for.
 */
export function toBounded(value: unknown, max: number): number | null {
  const number =
    typeof value === 'string' && /^\s*[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?\s*$/i.test(value)
      ? Number(value)
      : value;
  if (typeof number !== 'number' || Number.isNaN(number) || number < 0) return null;
  return Math.min(number, max);
}

/** The same for a count: a whole number, rounded up as bills are. */
export function toCount(value: unknown, max: number): number | null {
  const number = toBounded(value, max);
  return number === null ? null : Math.ceil(number);
}
