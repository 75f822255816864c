// Shorter than collectors ask, so that each sees new numbers; several that ask at once see the same.
const KEPT_MS = 2_000;

// Less than the ten seconds that Prometheus waits for all numbers.
const ANSWER_WITHIN_MS = 3_000;

/**
 * Makes a reading that is done once for all who want it at about the same time. Resolves with `null` if it
 * fails or takes too long: numbers that nobody knows are left out, and not told as they were before.
 */
export function readShared<T>(read: () => Promise<T>): () => Promise<T | null> {
  let shared: { readonly at: number; readonly result: Promise<T | null> } | undefined;
  return () => {
    const now = performance.now();
    if (shared === undefined || now - shared.at > KEPT_MS) {
      shared = { at: now, result: inTime(read) };
    }
    return shared.result;
  };
}

async function inTime<T>(read: () => Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ANSWER_WITHIN_MS);
  });
  try {
    // What fails is told by the readiness of the database or of Temporal.
    return await Promise.race([read().catch(() => null), late]);
  } finally {
    clearTimeout(timer);
  }
}
