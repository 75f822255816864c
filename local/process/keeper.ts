import { fork } from 'node:child_process';

/** A process that must not outlive the one that started it. */
export type Watched = {
  readonly pid: number;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  readonly stopGraceMs: number;
};

export type KeeperMessage =
  | { readonly kind: 'watch'; readonly watched: Watched }
  | { readonly kind: 'forget'; readonly pid: number };

export type Keeper = {
  watch(watched: Watched): void;
  forget(pid: number): void;
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
  return {
    watch: (watched) => send({ kind: 'watch', watched }),
    forget: (pid) => send({ kind: 'forget', pid }),
    close: () => {
      if (child.connected) child.disconnect();
    },
  };
}
