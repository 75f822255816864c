const isFull = process.env['FAULTS'] === 'full';

/**
 * How long slow faults last: long enough to have an effect in `npm test`, and in full in
 * `npm run faults:full`.
 */
export const scale = {
  isFull,
  /** How often PostgreSQL is killed at each of three places of a call. */
  postgresRounds: isFull ? 4 : 1,
  /** How long Temporal stays frozen after a start was answered with 503. */
  frozenMs: isFull ? 30_000 : 3_000,
} as const;
