// Guarantees that every process tells of a setting that has no effect, by name, and starts all the same.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { OUTSIDE_NOWHERE } from '../support/outside-nowhere.ts';
import { waitFor } from '../support/wait-for.ts';

const PROJECT = join(import.meta.dirname, '../..');
const NOWHERE = {
  DATABASE_URL: 'postgresql://127.0.0.1:1/nowhere',
  TEMPORAL_ADDRESS: '127.0.0.1:1',
};
const WORKER = {
  ...NOWHERE,
  ...OUTSIDE_NOWHERE,
  LLM_BASE_URL: 'http://10.255.255.1/v1',
  LLM_API_KEY: 'none',
};
const ENV_FILE = 'LOG_LEVL=secret\nPRICE_CURRENCY: secret\nPORT=0\n';
const TOLD = [
  'LOG_LEVL is not a setting of this service, so it has no effect. Did you mean LOG_LEVEL?',
  'Line 2 of .env is not of the form NAME=value, so it has no effect.',
];

describe('a setting that has no effect', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'call-processing-settings-'));
    await writeFile(join(folder, '.env'), ENV_FILE);
  });
  after(() => rm(folder, { recursive: true }));

  /** Runs a process in the folder of the `.env` file, until it ends or its output has the line. */
  async function outputOf(
    script: string,
    env: Readonly<Record<string, string>>,
    enough: RegExp = /(?!)/,
  ): Promise<string> {
    const own = spawn(process.execPath, [join(PROJECT, script)], {
      cwd: folder,
      env: { PATH: process.env['PATH'], TZ: process.env['TZ'], ...env },
    });
    const closed = once(own, 'close');
    let output = '';
    own.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    own.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
    await waitFor(script, async () => own.exitCode !== null || enough.test(output));
    own.kill('SIGTERM');
    await closed;
    return output;
  }

  const assertTold = (output: string) => {
    for (const sentence of TOLD) assert.ok(output.includes(sentence), output);
    assert.doesNotMatch(output, /secret/);
  };

  it('is told by the gateway, which serves', async () => {
    const output = await outputOf('src/server.ts', NOWHERE, /Server listening/);
    assertTold(output);
    assert.match(output, /Server listening/);
    assert.match(output, /"severity":"WARNING".*LOG_LEVL/);
  });

  it('is told by the worker, with what it warns of, and does not keep it from asking for Temporal', async () => {
    const output = await outputOf('src/worker.ts', WORKER);
    assertTold(output);
    assert.match(output, /"severity":"WARNING".*LLM_BASE_URL is an http:/);
    assert.match(output, /Temporal does not answer/);
  });

  it('is told beside the name that is missing because of it', async () => {
    const { LLM_API_KEY: key, ...others } = WORKER;
    const output = await outputOf('src/worker.ts', { ...others, LLM_API_KYE: key });
    assertTold(output);
    assert.match(output, /- LLM_API_KEY is missing\n[^]*Did you mean LLM_API_KEY\?/);
  });

  for (const script of [
    'src/temporal-bootstrap.ts',
    'src/site-directory.ts',
    'prisma/migrate.ts',
  ]) {
    it(`is told by a command: ${script}`, async () => {
      assertTold(await outputOf(script, NOWHERE));
    });
  }
});
