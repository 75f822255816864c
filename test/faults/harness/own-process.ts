import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Keeper } from '../../../local/process/keeper.ts';
import { startPart, type Part } from '../../../local/process/part.ts';
import { untilPart } from '../../../local/process/until-part.ts';

type PartExit = Awaited<Part['exited']>;

/** A process that a test started and may end, kill and freeze, by its own pid. */
export type OwnProcess = {
  readonly name: string;
  readonly pid: number;
  /** Everything it has printed. */
  output(): string;
  readonly exited: Promise<PartExit>;
  isRunning(): boolean;
  /** SIGTERM, as an orchestrator sends it. */
  stop(): Promise<PartExit>;
  /** SIGKILL, as a power cut; does nothing when it is gone already. */
  kill(): Promise<void>;
  /** SIGSTOP: a machine that hangs, or is suspended and moved. */
  freeze(): void;
  /** SIGCONT */
  thaw(): void;
};

/** Kills, freezes and thaws what `startPart` has started. */
export function toOwnProcess(part: Part): OwnProcess {
  const { name, pid, exited, logPath } = part;
  let isRunning = true;
  void exited.then(() => (isRunning = false));
  const send = (signal: NodeJS.Signals) => {
    // The pid is ours as long as the exit has not been seen.
    if (isRunning) process.kill(pid, signal);
  };
  return {
    name,
    pid,
    exited,
    output: () => readFileSync(logPath, 'utf8'),
    isRunning: () => isRunning,
    stop: () => part.stop(),
    async kill() {
      send('SIGKILL');
      await exited;
    },
    freeze: () => send('SIGSTOP'),
    thaw: () => send('SIGCONT'),
  };
}

// Longer than the worker's own grace of 25 s, so that a test sees whether that is kept.
const STOP_GRACE_MS = 40_000;

/**
 * Starts one of our own processes and waits for a line that says it is ready. Rejects with what it
 * printed when it ends before. `name` is also the name of its log file, so it is used once.
 */
export async function startOwnProcess(options: {
  readonly name: string;
  readonly script: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly ready: RegExp;
  readonly folder: string;
  readonly keeper: Keeper;
}): Promise<{ process: OwnProcess; match: RegExpExecArray }> {
  const { name, script, args = [], env, ready, folder, keeper } = options;
  const part = await startPart({
    name,
    command: process.execPath,
    args: [script, ...args],
    env: { PATH: process.env['PATH'], ...env },
    logPath: join(folder, 'logs', `${name}.log`),
    stopSignal: 'SIGTERM',
    stopGraceMs: STOP_GRACE_MS,
    keeper,
  });
  const own = toOwnProcess(part);
  const match = await untilPart(part, async () => ready.exec(own.output()));
  return { process: own, match };
}
