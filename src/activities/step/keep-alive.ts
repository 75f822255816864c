import { heartbeat } from '@temporalio/activity';

// A third of the heartbeat timeout of 30 s, so that one late heartbeat does not end the attempt.
const HEARTBEAT_INTERVAL_MS = 10_000;

/** Heartbeats while `work` is in progress. The next attempt can read the last `details`. */
export async function keepAlive<T>(
  work: () => Promise<T>,
  details: () => unknown = () => undefined,
): Promise<T> {
  const timer = setInterval(() => heartbeat(details()), HEARTBEAT_INTERVAL_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
