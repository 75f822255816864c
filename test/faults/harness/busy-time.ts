import { readFileSync } from 'node:fs';

/** CPU time and time spent waiting for a CPU, per process, up to a moment. In milliseconds. */
type Reading = { readonly atMs: number; readonly busyMs: ReadonlyMap<number, number> };

export type BusyTime = {
  /** Takes a reading. The more often it is called, the finer the result. */
  read(): void;
  /**
   * For how much of the last `ms` the busiest of the processes was at work or waited for a CPU,
   * plus the same for this process, through which all of their traffic passes.
   */
  within(ms: number): number;
};

// Longer than any transaction may last.
const KEPT_MS = 30_000;

/**
 * Tells the time in which a process waits for others from the time in which it gets no CPU: on a
 * crowded machine a second may pass between two statements for that reason alone, and a frozen
 * process (SIGSTOP) gets none at all. It reads /proc, so on systems other than Linux no process
 * ever counts as busy.
 */
export function createBusyTime(pids: () => readonly number[]): BusyTime {
  let readings: Reading[] = [];
  const frozenMs = new Map<number, number>();

  /** Adds the time since the last reading to the frozen time of a process that is frozen now. */
  function frozenMsOf(pid: number, atMs: number): number {
    const before = frozenMs.get(pid) ?? 0;
    const lost = isFrozen(pid) ? atMs - (readings.at(-1)?.atMs ?? atMs) : 0;
    frozenMs.set(pid, before + lost);
    return before + lost;
  }

  return {
    read() {
      const atMs = performance.now();
      const busyMs = new Map(
        [process.pid, ...pids()].map((pid) => [pid, busyMsOf(pid) + frozenMsOf(pid, atMs)]),
      );
      readings = [...readings.filter((old) => atMs - old.atMs < KEPT_MS), { atMs, busyMs }];
    },
    within(ms) {
      const last = readings.at(-1);
      if (last === undefined) return 0;
      const first = readings.findLast(({ atMs }) => last.atMs - atMs >= ms) ?? readings[0] ?? last;
      const since = (pid: number) =>
        Math.max(0, (last.busyMs.get(pid) ?? 0) - (first.busyMs.get(pid) ?? 0));
      const others = [...last.busyMs.keys()].filter((pid) => pid !== process.pid);
      return since(process.pid) + Math.max(0, ...others.map(since));
    },
  };
}

/** Time on a CPU and time in the queue for one, of the main thread, which runs the event loop. */
function busyMsOf(pid: number): number {
  try {
    const [ran, waited] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ');
    return (Number(ran) + Number(waited)) / 1e6;
  } catch {
    // The process has ended, or there is no /proc.
    return 0;
  }
}

/** Whether a process is stopped: `T` after its name in parentheses. */
function isFrozen(pid: number): boolean {
  try {
    return /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
