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
  /** Ends the keeper, which stops what is still watched. */
  close(): void;
};

/**
 * Starts a small process that stops the watched ones, the last started first, as soon as this
 * process is gone, even after `kill -9`: the channel between the two then closes. It sits in a
 * process group of its own, so that a Ctrl-C in the terminal does not take it along, and does not
 * keep this process alive.
 */
export function startKeeper(): Keeper {
  const child = fork(new URL('keeper-process.ts', import.meta.url), [], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    // Debugger and test flags of this process are none of the keeper's business.
    execArgv: [],
  });
  child.unref();
  child.channel?.unref();
  const send = (message: KeeperMessage) => {
    // A keeper that somebody killed is a loss of comfort, not a reason to stop.
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
