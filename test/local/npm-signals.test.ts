// Stopping npm stops what it runs: npm signals the shell in between, and not every shell passes a signal on.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const GATEWAY = {
  HOST: '127.0.0.1',
  PORT: '0',
  LOG_LEVEL: 'info',
  DATABASE_URL: 'postgresql://127.0.0.1:1/nowhere',
};

// An idle gateway exits within a second; on a busy machine it takes a few more.
const LOST_AFTER_MS = 30_000;

describe('npm run', () => {
  it('passes SIGTERM on, so that no gateway outlives it', async () => {
    const npm = spawn('npm', ['run', 'gateway'], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...GATEWAY },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // The pipe closes when the last process that holds it has ended.
    const ended = once(npm, 'close');
    let outlived: boolean | undefined;
    let printed = '';
    for await (const line of createInterface({ input: npm.stdout })) {
      printed += line;
      if (!line.includes('Server listening')) continue;
      const { pid } = JSON.parse(line) as { pid: number };
      outlived = false;
      npm.kill('SIGTERM');
      // If the signal is lost, the test still ends, and says so.
      setTimeout(() => (outlived = end(pid)), LOST_AFTER_MS).unref();
    }
    await ended;
    assert.equal(outlived, false, printed);
  });
});

/** Kills the process, and returns whether it was still running. */
function end(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
