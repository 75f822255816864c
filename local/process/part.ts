import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Keeper } from './keeper.ts';

/** How a part is run. `command` and `args` go to the operating system directly, without a shell. */
export type PartOptions = {
  /** The name in messages, as in "The worker stopped unexpectedly". */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The complete environment of the part; it inherits nothing from this process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** The file that both output streams are appended to. */
  readonly logPath: string;
  /** The signal that makes this program stop cleanly. */
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  /** How long a clean stop may take before the part is killed, in milliseconds. */
  readonly stopGraceMs: number;
  readonly uid?: number;
  readonly gid?: number;
  /** Stops the part when this process itself is killed. */
  readonly keeper: Keeper;
};

type PartExit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type Part = {
  readonly name: string;
  readonly pid: number;
  readonly logPath: string;
  /** Resolves when the part has ended, for whatever reason. Never rejects. */
  readonly exited: Promise<PartExit>;
  /** Stops the part and resolves when it has exited. Idempotent. */
  stop(): Promise<PartExit>;
  /** Whether `stop` was called: an exit without it is unexpected. */
  isStopping(): boolean;
  /** The last non-empty lines that this run of the part has written, at most `count`. */
  lastLines(count: number): string[];
};

/**
 * Starts a program in its own process group: the terminal's Ctrl-C must reach only the runner, or all
 * parts would stop at once and in no order. Rejects if the program cannot be started, or if the run is
 * stopping.
 */
export async function startPart(options: PartOptions): Promise<Part> {
  options.keeper.assertOpen();
  mkdirSync(dirname(options.logPath), { recursive: true });
  const log = openSync(options.logPath, 'a');
  const logStart = statSync(options.logPath).size;
  const child = spawn(options.command, options.args, {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: ['ignore', log, log],
    detached: true,
    uid: options.uid,
    gid: options.gid,
  });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) {
    const [error] = (await once(child, 'error')) as [Error];
    throw new Error(`The ${options.name} could not be started: ${error.message}.`);
  }
  // In the same turn as the start: a run that stops in the next one must know of this process.
  const { name, stopSignal, stopGraceMs } = options;
  options.keeper.watch({ name, pid, stopSignal, stopGraceMs });

  const exited = new Promise<PartExit>((resolve) => {
    child.once('exit', (code, signal) => {
      options.keeper.forget(pid);
      resolve({ code, signal });
    });
  });
  await once(child, 'spawn');
  let stopping = false;
  return {
    name,
    pid,
    logPath: options.logPath,
    exited,
    stop() {
      stopping = true;
      return stopChild(child, exited, options);
    },
    isStopping: () => stopping,
    lastLines: (count) =>
      readFileSync(options.logPath)
        .subarray(logStart)
        .toString('utf8')
        .split('\n')
        .filter((line) => line.trim() !== '')
        .slice(-count),
  };
}

async function stopChild(
  child: ChildProcess,
  exited: Promise<PartExit>,
  options: PartOptions,
): Promise<PartExit> {
  if (child.exitCode === null && child.signalCode === null) child.kill(options.stopSignal);
  const timer = setTimeout(() => {
    // The whole group: a program that hangs may have children that hang with it.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
  }, options.stopGraceMs);
  const exit = await exited;
  clearTimeout(timer);
  return exit;
}
