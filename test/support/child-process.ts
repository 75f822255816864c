import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export type RunningProcess = {
  readonly pid: number;
  /** Everything it has printed so far. */
  output(): string;
  /** Ends it with SIGTERM, as an orchestrator does; resolves to its exit code. */
  stop(): Promise<number | null>;
  /** Ends it with SIGKILL, as a power cut does. */
  kill(): Promise<void>;
};

/**
 * Starts one of our own processes and waits for a line that says it is ready. Rejects with what it
 * printed when it ends before.
 */
export async function startProcess(
  script: string,
  env: Readonly<Record<string, string>>,
  ready: RegExp,
): Promise<{ process: RunningProcess; match: RegExpMatchArray }> {
  const child = spawn(process.execPath, [script], {
    env: { PATH: process.env['PATH'], TZ: process.env['TZ'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const exited = once(child, 'exit');
  const match = await new Promise<RegExpMatchArray>((resolve, reject) => {
    const read = (line: string) => {
      printed += `${line}\n`;
      const found = ready.exec(line);
      if (found !== null) resolve(found);
    };
    createInterface({ input: child.stdout }).on('line', read);
    createInterface({ input: child.stderr }).on('line', read);
    child.once('exit', (code) =>
      reject(new Error(`${script} ended with ${code} before it was ready:\n${printed}`)),
    );
  });
  return { process: toRunning(child, exited, () => printed), match };
}

function toRunning(
  child: ChildProcess,
  exited: Promise<unknown[]>,
  output: () => string,
): RunningProcess {
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
    return child.exitCode;
  };
  if (child.pid === undefined) throw new Error('The process has no pid.');
  return {
    pid: child.pid,
    output,
    stop: () => end('SIGTERM'),
    async kill() {
      await end('SIGKILL');
    },
  };
}
