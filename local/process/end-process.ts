import { setTimeout as sleep } from 'node:timers/promises';

import { processIdentity } from './identity.ts';

/**
 * Ends a process that is not our child, and resolves when it has exited: sends it the stop signal, and
 * after the grace period SIGKILL to its whole group. A process with another identity is left alone.
 */
export async function endProcess(process_: {
  readonly pid: number;
  readonly identity: string;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  readonly stopGraceMs: number;
}): Promise<void> {
  const { pid, identity, stopSignal, stopGraceMs } = process_;
  const isRunning = () => processIdentity(pid) === identity;
  if (!isRunning()) return;
  send(pid, stopSignal);
  const deadline = Date.now() + stopGraceMs;
  // 50 ms: soon enough to be unnoticed, rare enough to cost nothing.
  while (isRunning() && Date.now() < deadline) await sleep(50);
  if (isRunning()) send(-pid, 'SIGKILL');
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It has exited in the meantime, which is what we want.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
