const isFull = process.env['FAULTS'] === 'full';

/**
 * How much of the slow faults is played: enough of each to see it in `npm test`, all of it in
 * `npm run faults:full`.
 */
export const scale = {
  isFull,
  /** How often PostgreSQL is killed at each of three places of a call. */
  postgresRounds: isFull ? 4 : 1,
  /** How long Temporal stays frozen after a start was answered with 503. */
  frozenMs: isFull ? 30_000 : 3_000,
} as const;
