// Whoever stops npm stops what it runs: npm signals the shell between them, and not every shell passes a signal on.
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

// A gateway without calls ends in a second; a crowded machine takes a few more.
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
      // Should the signal be lost, the test ends all the same, and says so.
      setTimeout(() => (outlived = end(pid)), LOST_AFTER_MS).unref();
    }
    await ended;
    assert.equal(outlived, false, printed);
  });
});

/** Whether there was anything to end. */
function end(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
