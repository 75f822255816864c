// npm run db:migrate ends with its answer, so that a deployment does not wait for nothing.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';

import { testPostgres } from '../support/postgres.ts';

// A process ends in milliseconds; the rest is room for a busy machine. A timer used to hold it for ten seconds.
const ENDS_WITHIN_MS = 5_000;

describe('npm run db:migrate', () => {
  it('ends as soon as it has said what it applied', async () => {
    const { url } = await testPostgres();
    const command = spawn(process.execPath, ['prisma/migrate.ts'], {
      cwd: join(import.meta.dirname, '../..'),
      env: { PATH: process.env['PATH'], DATABASE_URL: url(`command_${randomUUID()}`) },
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
    assert.match(output, /^Applied \S+\.\n/);
    const idleMs = performance.now() - answeredAt;
    assert.ok(idleMs < ENDS_WITHIN_MS, `${idleMs} ms`);
  });
});
