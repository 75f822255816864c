// What shells report for a program that was ended by Ctrl-C.
const INTERRUPTED = 130;

/** Does some work that Ctrl-C ends. The exit code is what it resolves with, or that of an interruption. */
export async function withInterruption(
  work: (stop: AbortSignal) => Promise<number>,
): Promise<void> {
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    const code = await work(interrupted.signal);
    process.exitCode = interrupted.signal.aborted ? INTERRUPTED : code;
  } finally {
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}
