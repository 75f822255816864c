/** The most that a column of PostgreSQL's type integer holds. */
export const MOST_INTEGER = 2_147_483_647;

/**
 * The longest time that anything about a call may last, about 115 days: far more than the three days of
 * telephone audio that RECORDING_MAX_BYTES comes to, and little enough that two hundred of them add up
 * in a column of type integer.
 */
export const MOST_SECONDS = 10_000_000;

/**
 * A number of another system, as far as it can be one: from 0 to `most`, which stands for all that is
 * larger; also one that was written as a text. `null` for what is no such number: a count below 0,
 * NaN, a word. Such a number is a remark beside a result, never a reason to lose what was paid for.
 */
export function toBounded(value: unknown, most: number): number | null {
  const number =
    typeof value === 'string' && /^\s*[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?\s*$/i.test(value)
      ? Number(value)
      : value;
  if (typeof number !== 'number' || Number.isNaN(number) || number < 0) return null;
  return Math.min(number, most);
}

/** The same for what is counted: whole, rounded up as bills are. */
export function toCount(value: unknown, most: number): number | null {
  const number = toBounded(value, most);
  return number === null ? null : Math.ceil(number);
}
