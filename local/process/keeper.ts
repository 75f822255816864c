import { fork } from 'node:child_process';

/** A process that must not outlive the one that started it. */
export type Watched = {
  /** As in messages. */
  readonly name: string;
  readonly pid: number;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  readonly stopGraceMs: number;
};

export type KeeperMessage =
  | { readonly kind: 'watch'; readonly watched: Watched }
  | { readonly kind: 'forget'; readonly pid: number };

export type Keeper = {
  /** Throws once `startNothingMore` was called. To be asked right before a process is started. */
  assertOpen(): void;
  watch(watched: Watched): void;
  forget(pid: number): void;
  /** Lets nothing be started from now on; what runs goes on. */
  startNothingMore(): void;
  /** The processes that run, in the order of their start. */
  watched(): Watched[];
  /** Ends the keeper, which first stops the processes it still watches. */
  close(): void;
};

/**
 * Starts a small process that stops the watched ones, in reverse order of their start, as soon as this
 * process has ended, even by `kill -9`: the channel between the two closes then. The keeper has its own
 * process group, so that a Ctrl-C in the terminal does not end it too, and it does not keep this process
 * alive.
 */
export function startKeeper(): Keeper {
  const child = fork(new URL('keeper-process.ts', import.meta.url), [], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    // The debugger and test flags of this process must not apply to the keeper.
    execArgv: [],
  });
  child.unref();
  child.channel?.unref();
  const send = (message: KeeperMessage) => {
    // Without a keeper only the clean-up after a kill is lost, which is no reason to stop.
    if (child.connected) child.send(message, () => undefined);
  };
  const running = new Map<number, Watched>();
  let isOpen = true;
  return {
    assertOpen() {
      if (!isOpen) throw new Error('Nothing is started any more: this run is stopping.');
    },
    watch(watched) {
      running.set(watched.pid, watched);
      send({ kind: 'watch', watched });
    },
    forget(pid) {
      running.delete(pid);
      send({ kind: 'forget', pid });
    },
    startNothingMore: () => void (isOpen = false),
    watched: () => [...running.values()],
    close: () => {
      if (child.connected) child.disconnect();
    },
  };
}
