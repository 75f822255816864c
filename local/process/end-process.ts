import { setTimeout as sleep } from 'node:timers/promises';

import { processIdentity } from './identity.ts';

/**
 * Ends a process that is not our child, and resolves when it is gone: the signal first, and after
 * the grace SIGKILL to its whole group. A process with another identity is left alone.
 */
export async function endProcess(process_: {
  readonly pid: number;
  readonly identity: string;
  readonly stopSignal: 'SIGTERM' | 'SIGINT';
  readonly stopGraceMs: number;
}): Promise<void> {
  const { pid, identity, stopSignal, stopGraceMs } = process_;
  const isThere = () => processIdentity(pid) === identity;
  if (!isThere()) return;
  send(pid, stopSignal);
  const deadline = Date.now() + stopGraceMs;
  // 50 ms: soon enough to be unnoticed, rare enough to cost nothing.
  while (isThere() && Date.now() < deadline) await sleep(50);
  if (isThere()) send(-pid, 'SIGKILL');
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended in between, which is what was wanted.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
