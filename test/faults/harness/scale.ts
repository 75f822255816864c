const isFull = process.env['FAULTS'] === 'full';

/**
 * How long slow faults last: long enough to have an effect in `npm test`, and in full in
 * `npm run test:full`.
 */
export const scale = {
  isFull,
  /** How often PostgreSQL is killed at each of three places of a call. */
  postgresRounds: isFull ? 4 : 1,
  /** The seeds of the storms, and the calls of each. */
  storms: isFull ? { seeds: [7, 8], calls: 100 } : { seeds: [7], calls: 20 },
  /** How long Temporal stays frozen after a start was answered with 503. */
  frozenMs: isFull ? 30_000 : 3_000,
} as const;
