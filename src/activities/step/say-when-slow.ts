import { log } from '@temporalio/activity';

// A model answers a long call within a minute or two; whoever waits longer wants to know what for. It is
// far less than the ten minutes after which the request is given up.
const SLOW_AFTER_MS = 2 * 60 * 1000;

/** Logs, again and again while `work` takes long, what is being waited for. */
export async function sayWhenSlow<T>(
  waitsFor: string,
  work: () => Promise<T>,
  slowAfterMs: number = SLOW_AFTER_MS,
): Promise<T> {
  const begunAt = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - begunAt) / 1_000);
    log.warn(`Still waiting for ${waitsFor}.`, { seconds });
  }, slowAfterMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
