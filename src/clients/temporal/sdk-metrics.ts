// On this machine, an answer takes milliseconds. A collector waits ten seconds for all of a worker's numbers.
const ANSWER_WITHIN_MS = 2_000;

/**
 * Creates what reads the numbers that Temporal's SDK serves on a port of this machine: the SDK gives them in
 * no other stable way. Resolves with `null` if it does not answer in time.
 */
export function createSdkMetricsReader(port: number): () => Promise<string | null> {
  return async () => {
    try {
      const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
      const response = await fetch(`http://127.0.0.1:${port}/metrics`, { signal });
      return response.ok ? await response.text() : null;
    } catch {
      // Another gauge tells that they are missing; all other numbers are worth more than none.
      return null;
    }
  };
}
