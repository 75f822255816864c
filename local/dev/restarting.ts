import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { Keeper } from '../process/keeper.ts';
import { PROJECT_FOLDER } from '../settings.ts';

// A worker that is busy with a step may take 25 seconds to hand it over. Nobody wants to wait for that
// after each change, and a step that is cut off is done again when its heartbeats are missed.
const RESTART_GRACE_MS = 5_000;

/** A program of ours that is ended and started anew when its code has changed. */
export type Restarting = {
  /** Ends it, if it runs, and starts it. Does nothing while another restart has yet to end it. */
  restart(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
};

/**
 * Prepares a program, which `restart` starts for the first time too. That it ends by itself, as with
 * a syntax error, is told, and the next restart tries again.
 */
export function createRestarting(options: {
  readonly name: string;
  /** Relative to the project's folder. */
  readonly entry: string;
  readonly env: Readonly<Record<string, string>>;
  /** How long a clean end may take when it is stopped, in milliseconds. */
  readonly stopGraceMs: number;
  readonly keeper: Keeper;
  /** Takes each line that it writes. */
  onLine(line: string): void;
  /** Told when it ended by itself, as in "exit 1". */
  onEnd(how: string): void;
}): Restarting {
  const { keeper, entry, env, stopGraceMs } = options;
  /** Ends what runs; resolves when it is over. */
  let endRunning: (graceMs: number) => Promise<void> = async () => undefined;
  let isStopped = false;
  let isWaiting = false;
  let turn: Promise<void> = Promise.resolve();

  function launch(): void {
    const child = spawn(process.execPath, [join(PROJECT_FOLDER, entry)], {
      cwd: PROJECT_FOLDER,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own: the terminal's Ctrl-C reaches npm run dev alone, which stops both in order.
      detached: true,
    });
    const { pid } = child;
    if (pid === undefined) throw new Error(`The ${options.name} could not be run.`);
    keeper.watch({ name: options.name, pid, stopSignal: 'SIGTERM', stopGraceMs });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', options.onLine);
    }
    let isExpected = false;
    const untilEnded = async () => {
      await once(child, 'close');
      keeper.forget(pid);
      if (!isExpected) options.onEnd(child.signalCode ?? `exit ${child.exitCode}`);
    };
    const ended = untilEnded();
    endRunning = async (graceMs) => {
      isExpected = true;
      const isOver = () => child.exitCode !== null || child.signalCode !== null;
      if (!isOver()) child.kill('SIGTERM');
      const timer = setTimeout(() => {
        if (!isOver()) process.kill(-pid, 'SIGKILL');
      }, graceMs);
      await ended;
      clearTimeout(timer);
    };
  }

  async function restartAfter(previous: Promise<void>): Promise<void> {
    await previous;
    isWaiting = false;
    await endRunning(RESTART_GRACE_MS);
    if (!isStopped) launch();
  }

  return {
    restart() {
      if (!isWaiting) {
        isWaiting = true;
        turn = restartAfter(turn);
      }
      return turn;
    },
    async stop() {
      isStopped = true;
      await Promise.all([endRunning(stopGraceMs), turn]);
    },
  };
}
