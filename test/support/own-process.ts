import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Keeper } from '../../local/process/keeper.ts';
import { startPart, type Part } from '../../local/process/part.ts';
import { untilPart } from '../../local/process/until-part.ts';

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
  /** SIGKILL, as in a power cut; does nothing when it has ended already. */
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

type OwnProcessOptions = {
  readonly script: string;
  readonly args?: readonly string[];
  /** What runs the script; the Node of this process if left out. */
  readonly command?: string;
  readonly cwd?: string;
  /** The user, by number; the one of this process if left out. */
  readonly uid?: number;
  readonly env: Readonly<Record<string, string>>;
  /** A line by which it says that it is ready. */
  readonly ready: RegExp;
};

/** Where processes write their logs, and what ends them when the tests themselves are killed. */
export type ProcessHome = { readonly folder: string; readonly keeper: Keeper };

type Started = { readonly process: OwnProcess; readonly match: RegExpExecArray };

/**
 * Starts one of our own processes and waits for the line that says it is ready. Rejects with what
 * it printed when it ends before. `name` is also the name of its log file, so it is used once.
 */
export async function startOwnProcess(
  name: string,
  { script, args = [], command, cwd, uid, env, ready }: OwnProcessOptions,
  { folder, keeper }: ProcessHome,
): Promise<Started> {
  const part = await startPart({
    name,
    command: command ?? process.execPath,
    args: [script, ...args],
    ...(cwd === undefined ? {} : { cwd }),
    ...(uid === undefined ? {} : { uid, gid: uid }),
    env: { PATH: process.env['PATH'], TZ: process.env['TZ'], ...env },
    logPath: join(folder, 'logs', `${name}.log`),
    stopSignal: 'SIGTERM',
    stopGraceMs: STOP_GRACE_MS,
    keeper,
  });
  const own = toOwnProcess(part);
  const match = await untilPart(
    part,
    async () => ready.exec(own.output()),
    () => `${script} ended before it was ready:\n${own.output()}`,
  );
  return { process: own, match };
}

// Ten seconds of trying to connect are the longest that any of our processes takes to give up.
const ENDS_WITHIN_MS = 60_000;

/** What a process prints that cannot start. Throws when it starts all the same. */
export async function lastWordsOf(
  script: string,
  env: Readonly<Record<string, string>>,
  cwd = process.cwd(),
): Promise<string> {
  const [ended] = await Promise.allSettled([
    promisify(execFile)(process.execPath, [script], {
      cwd,
      env: { PATH: process.env['PATH'], TZ: process.env['TZ'], ...env },
      timeout: ENDS_WITHIN_MS,
    }),
  ]);
  if (ended.status === 'fulfilled') throw new Error(`${script} ended as if all was well.`);
  const { killed, stdout, stderr } = ended.reason as LastWords;
  if (killed) throw new Error(`${script} started:\n${stdout}${stderr}`);
  return `${stdout}${stderr}`.trim();
}

type LastWords = { readonly killed: boolean; readonly stdout: string; readonly stderr: string };
