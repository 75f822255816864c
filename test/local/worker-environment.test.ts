// npm run worker:env prints the environment for a second worker, safe for any shell.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createRunRecord } from '../../local/run-record.ts';

const COMMAND = join(import.meta.dirname, '../../local/worker-environment.ts');

describe('npm run worker:env', () => {
  it('prints what a shell reads back unchanged', () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'worker-env-'));
    try {
      const databaseUrl = `postgresql://u:it's $(touch x) "y" \\@127.0.0.1:1/d`;
      // What an npm start in this process would write.
      createRunRecord(dataFolder).write({
        gatewayUrl: 'http://127.0.0.1:3100',
        parts: [],
        addresses: {
          databaseUrl,
          temporal: { address: '127.0.0.1:7333', uiUrl: 'http://127.0.0.1:8333' },
          sandbox: null,
          whisper: null,
        },
      });
      const script = `eval "$('${process.execPath}' '${COMMAND}')" && printf '%s|%s|%s' "$DATABASE_URL" "$TEMPORAL_ADDRESS" "$TASK_QUEUE"`;
      const read = execFileSync('sh', ['-c', script], {
        env: { PATH: process.env['PATH'], LOCAL_DATA_FOLDER: dataFolder },
        encoding: 'utf8',
      });
      assert.equal(read, `${databaseUrl}|127.0.0.1:7333|call-processing`);
    } finally {
      rmSync(dataFolder, { recursive: true });
    }
  });
});
