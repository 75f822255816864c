import type { RequestQueue } from '../../src/clients/connectwise/limiter.ts';

/** A queue in which nobody stands, for tests of what is asked, not of when. */
export const emptyQueue = {
  take: async () => ({ place: 0, waitMs: 0 }),
  untilTurn: async () => 0,
  begin: async () => 0,
  beginMore: async () => 0,
  beginWalk: async () => 0,
} as const satisfies RequestQueue;
