// Guarantees that an npm start whose npm was killed can be found and stopped by what the next npm start says.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { waitFor } from '../support/wait-for.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '../..');

// Not among the ports of other tests, and below those for outgoing connections (see start.test.ts).
const OFFSET = 15_300;

describe('npm start whose npm was killed', () => {
  it('is stopped by the command that the next npm start names, which is no key in a lost terminal', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'killed-npm-test-'));
    const env = {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'],
      TEMPORAL_CLI_PATH: process.env['TEMPORAL_CLI_PATH'],
      LOCAL_DATA_FOLDER: folder,
      LOCAL_PORT_OFFSET: String(OFFSET),
    };
    const args = ['start', '--', '--without-service'];
    const npm = spawn('npm', args, {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that a failed test leaves nothing behind.
      detached: true,
    });
    // The pipes close when the last process that holds them has ended.
    const allEnded = once(npm, 'close');
    let output = '';
    for (const stream of [npm.stdout, npm.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    }
    try {
      await waitFor('the start', async () => {
        assert.equal(npm.exitCode, null, output);
        return output.includes('Ctrl-C stops everything');
      });
      const npmEnded = once(npm, 'exit');
      npm.kill('SIGKILL');
      await npmEnded;

      const second = await run('npm', args, { cwd: ROOT, env }).then(
        () => assert.fail('A second one started.'),
        ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
      );
      const [, command = ''] =
        /already running here .*stop it first with "(kill \d+)"/.exec(second) ?? [];
      assert.doesNotMatch(second, /Ctrl-C/);
      assert.notEqual(command, '', second);
      await run('sh', ['-c', command]);
      await allEnded;
      assert.match(output, /stopping the Temporal server\n.*stopping the PostgreSQL server\n$/);
    } finally {
      endGroup(npm.pid ?? 0);
      await allEnded;
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** Kills what is left of a process group; what its programs started ends with them. */
function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ESRCH');
  }
}
