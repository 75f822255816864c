/**
 * Watches how long the loop of this thread is blocked. Measured as the processor's time between two
 * turns, because other processes may take the clock's.
 */
export function watchLoop() {
  let longest = 0;
  let before = busyMilliseconds();
  function look(): void {
    const now = busyMilliseconds();
    longest = Math.max(longest, now - before);
    before = now;
  }
  const watch = setInterval(look, 1);
  return {
    /** The longest turn until now, in milliseconds. */
    async stop(): Promise<number> {
      // The loop has to turn once more for its last delay to count.
      await new Promise((resolve) => setTimeout(resolve, 20));
      clearInterval(watch);
      return longest;
    },
  };
}

function busyMilliseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
