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

describe('npm run', () => {
  it('passes SIGTERM on, so that no gateway outlives it', async () => {
    const npm = spawn('npm', ['run', 'gateway'], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...GATEWAY },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // The pipe closes when the last process that holds it has ended.
    const ended = once(npm, 'close');
    let gateway: number | undefined;
    let printed = '';
    for await (const line of createInterface({ input: npm.stdout })) {
      printed += line;
      if (!line.includes('Server listening')) continue;
      const { pid } = JSON.parse(line) as { pid: number };
      gateway = pid;
      npm.kill('SIGTERM');
      // Should the signal be lost, the test ends all the same, and says so.
      setTimeout(() => end(pid), 3000).unref();
    }
    await ended;
    assert.ok(gateway !== undefined, printed);
    assert.match(printed, /The gateway shuts down/);
  });
});

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself, as it should.
  }
}
