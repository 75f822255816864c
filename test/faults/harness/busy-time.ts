import { readFileSync } from 'node:fs';

/** How long processes have been busy or waited for a processor, as of a moment, in milliseconds. */
type Reading = { readonly atMs: number; readonly busyMs: ReadonlyMap<number, number> };

export type BusyTime = {
  /** To be called again and again; the more often, the finer. */
  read(): void;
  /**
   * For how much of the last `ms` the busiest of the processes, and this one, through which
   * everything passes, could not have gone on because they were at work or waited for a processor.
   */
  within(ms: number): number;
};

// Longer than any transaction may last.
const KEPT_MS = 30_000;

/**
 * Tells time in which a process waits for somebody else from time in which it has no processor: on a
 * crowded machine a second goes by between two statements for no other reason, and a process that is
 * frozen (SIGSTOP) gets none. Where the system
 * does not tell (it is Linux that does), nobody is ever busy.
 */
export function createBusyTime(pids: () => readonly number[]): BusyTime {
  let readings: Reading[] = [];
  const frozenMs = new Map<number, number>();

  /** Adds the time since the last reading to what a process that is frozen has lost. */
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

/** Of the main thread, where the events are: time on a processor and time in the queue for one. */
function busyMsOf(pid: number): number {
  try {
    const [ran, waited] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ');
    return (Number(ran) + Number(waited)) / 1e6;
  } catch {
    // Gone, or another system.
    return 0;
  }
}

/** Whether a process is stopped: the letter behind its name in parentheses. */
function isFrozen(pid: number): boolean {
  try {
    return /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
