// The commands for migrations end with their answer, so that a deployment, or a person, does not wait for nothing.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { testPostgres } from '../support/postgres.ts';
import { copyWorkingTree } from '../support/working-copy.ts';

const ROOT = join(import.meta.dirname, '../..');

// A process ends in milliseconds; the rest is room for a busy machine. A timer used to hold it for ten seconds.
const ENDS_WITHIN_MS = 5_000;

/** What a command prints, after it was seen to end soon after its last word. */
async function answerOf(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const command = spawn(process.execPath, args, {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let answeredAt = 0;
  command.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString('utf8');
    answeredAt = performance.now();
  });
  await once(command, 'close');
  assert.equal(command.exitCode, 0);
  const idleMs = performance.now() - answeredAt;
  assert.ok(idleMs < ENDS_WITHIN_MS, `${idleMs} ms`);
  return output;
}

describe('npm run db:migrate', () => {
  it('ends as soon as it has said what it applied', async () => {
    const { url } = await testPostgres();
    const env = { DATABASE_URL: url(`command_${randomUUID()}`) };
    assert.match(await answerOf(['prisma/migrate.ts'], ROOT, env), /^Applied \S+\.\n/);
  });
});

describe('npm run db:migration', () => {
  it('ends as soon as it has said that there is nothing to do', async () => {
    // In a copy: if the schema had changed, it would write a migration.
    const copy = await mkdtemp(join(tmpdir(), 'call-processing-migration-'));
    try {
      await copyWorkingTree(copy);
      await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
      const migrations = await readdir(join(copy, 'prisma/migrations'));
      const answer = await answerOf(['local/create-migration.ts', 'nothing_new'], copy);
      assert.match(answer, /^Nothing to do: /);
      assert.deepEqual(await readdir(join(copy, 'prisma/migrations')), migrations);
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  });
});
