/**
 * Ends the process with code 1 if it has not ended by itself after `ms`, and calls `onTooLate` before.
 * Does not keep the process alive.
 */
export function endWithin(ms: number, onTooLate: () => void): void {
  const timer = setTimeout(() => {
    onTooLate();
    process.exit(1);
  }, ms);
  timer.unref();
}
