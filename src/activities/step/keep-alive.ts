import { heartbeat } from '@temporalio/activity';

// A third of the heartbeat timeout of 30 s, so that one late beat does not end the attempt.
const BEAT_MS = 10_000;

/**
 * Beats while `work` is under way. `details` is what the next attempt gets to see of this one.
 */
export async function keepAlive<T>(
  work: () => Promise<T>,
  details: () => unknown = () => undefined,
): Promise<T> {
  const timer = setInterval(() => heartbeat(details()), BEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
