export type Deadline = {
  /** The caller's own signal. */
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** The error that says that the time was over. */
  readonly toTimeoutError: (cause: unknown) => Error;
};

/**
 * Runs work with a signal that aborts with the caller's own, or when the time is over. Throws the
 * reason of the caller's signal, what `toTimeoutError` makes, or the work's own error.
 */
export async function withDeadline<T>(
  { signal, timeoutMs, toTimeoutError }: Deadline,
  work: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await work(AbortSignal.any([signal, timeout]));
  } catch (error) {
    signal.throwIfAborted();
    throw timeout.aborted ? toTimeoutError(error) : error;
  }
}
