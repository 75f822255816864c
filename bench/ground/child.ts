import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, closeSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { PROJECT_FOLDER } from '../../local/settings.ts';
import type { Ground } from './ground.ts';

/** What a process has used since its start. */
type Usage = {
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  readonly peakBytes: number;
};

/** What every measured process answers. */
export type Answers = {
  readonly usage: Usage;
  readonly counts: Readonly<Record<string, number>>;
};
export type Question = keyof Answers;

/** A process of its own whose use of the machine can be asked. */
export type Child = {
  /** Everything it has printed. */
  output(): string;
  ask<Q extends Question>(question: Q): Promise<Answers[Q]>;
  /** Hands it a job of its own kind; resolves with what it answers. */
  job(job: unknown): Promise<unknown>;
  stop(): Promise<void>;
};

type ChildOptions = {
  readonly name: string;
  /** Relative to the project's folder. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** What it prints when it is ready. */
  readonly ready: RegExp;
};

// A worker bundles its workflows in four seconds on an idle machine.
const READY_WITHIN_MS = 60_000;
// A worker has 25 seconds to finish its activities.
const STOP_GRACE_MS = 30_000;

/** Starts a measured process; rejects with what it printed when it does not get ready. */
export async function startChild(
  { folder, keeper, stack }: Ground,
  { name, script, args = [], env, ready }: ChildOptions,
): Promise<Child> {
  keeper.assertOpen();
  const logs = join(folder, 'logs');
  mkdirSync(logs, { recursive: true });
  const logPath = join(logs, `${name}.log`);
  const log = openSync(logPath, 'w');
  const child = fork(join(PROJECT_FOLDER, script), args, {
    cwd: PROJECT_FOLDER,
    env: { PATH: process.env['PATH'], TZ: process.env['TZ'], ...env },
    execArgv: ['--import', join(PROJECT_FOLDER, 'bench/ground/probe.ts')],
    stdio: ['ignore', log, log, 'ipc'],
    // Ctrl-C in a terminal reaches the bench alone, which then stops everything in order.
    detached: true,
  });
  closeSync(log);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} could not be started.`);
  keeper.watch({ name, pid, stopSignal: 'SIGTERM', stopGraceMs: STOP_GRACE_MS });
  const exited = once(child, 'exit').then(() => keeper.forget(pid));
  const started = toChild({ name, logPath, child, exited });
  stack.defer(() => started.stop());

  const deadline = Date.now() + READY_WITHIN_MS;
  while (!ready.test(readFileSync(logPath, 'utf8'))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline)
      throw new Error(`${name} did not get ready:\n${readFileSync(logPath, 'utf8')}`);
    await sleep(20);
  }
  return started;
}

function toChild({
  name,
  logPath,
  child,
  exited,
}: {
  readonly name: string;
  readonly logPath: string;
  readonly child: ChildProcess;
  readonly exited: Promise<void>;
}): Child {
  let lastId = 0;
  const pending = new Map<number, PromiseWithResolvers<unknown>>();
  child.on('message', ({ id, answer, error }: Reply) => {
    const asked = pending.get(id);
    pending.delete(id);
    if (error === undefined) asked?.resolve(answer);
    else asked?.reject(new Error(error));
  });
  child.once('exit', () => {
    for (const { reject } of pending.values()) reject(new Error(`${name} has ended.`));
  });
  const send = async (message: object): Promise<unknown> => {
    lastId += 1;
    const id = lastId;
    const asked = Promise.withResolvers<unknown>();
    pending.set(id, asked);
    child.send({ id, ...message }, (error) => error && asked.reject(error));
    return asked.promise;
  };
  return {
    output: () => readFileSync(logPath, 'utf8'),
    ask: async <Q extends Question>(question: Q) => (await send({ question })) as Answers[Q],
    job: (job) => send({ job }),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
      await exited;
      clearTimeout(timer);
    },
  };
}

type Reply = { readonly id: number; readonly answer?: unknown; readonly error?: string };
