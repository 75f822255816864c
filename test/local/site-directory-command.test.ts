// npm run site-directory finds the Temporal server of a running npm start, and ends in a sentence without a worker.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { createRunRecord } from '../../local/run-record.ts';
import { startOwnTemporal } from '../support/temporal.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('npm run site-directory beside npm start', () => {
  let stack: AsyncDisposableStack;

  beforeEach(() => {
    stack = new AsyncDisposableStack();
  });
  afterEach(() => stack.disposeAsync());

  it('asks the Temporal server of that run, and without a worker ends in one sentence; so do temporal and temporal:bootstrap', async () => {
    const dataFolder = await mkdtemp(join(tmpdir(), 'site-directory-'));
    stack.defer(() => rm(dataFolder, { recursive: true, force: true }));
    const temporal = await startOwnTemporal();
    stack.defer(() => temporal.stop());
    // What an npm start in this process would write.
    createRunRecord(dataFolder).write({
      gatewayUrl: 'http://127.0.0.1:1',
      parts: [],
      addresses: {
        databaseUrl: null,
        temporal: { address: temporal.address, uiUrl: 'http://127.0.0.1:1' },
        sandbox: null,
        whisper: null,
      },
    });
    const ended = await promisify(execFile)('npm', ['run', '--silent', 'site-directory'], {
      cwd: ROOT,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], LOCAL_DATA_FOLDER: dataFolder },
    }).catch((error: { code: unknown; stderr: string }) => error);
    assert.ok('code' in ended, 'it ends with an error');
    assert.equal(
      ended.stderr.trim(),
      'No worker answers for the walk through the sites. Start one (npm run worker): the walk waits for it and then continues by itself.',
    );
    assert.equal(ended.code, 1);

    const others = [
      [['temporal:bootstrap'], /^The namespace default has the search attributes CallStatus,/],
      [['temporal', '--', 'schedule', 'list'], /\bsite-directory\b/],
    ] as const;
    for (const [args, answer] of others) {
      const { stdout } = await promisify(execFile)('npm', ['run', '--silent', ...args], {
        cwd: ROOT,
        env: {
          PATH: process.env['PATH'],
          HOME: process.env['HOME'],
          XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'],
          TEMPORAL_CLI_PATH: process.env['TEMPORAL_CLI_PATH'],
          LOCAL_DATA_FOLDER: dataFolder,
        },
      });
      assert.match(stdout, answer);
    }
  });
});
