// Guarantees that a process which cannot start tells its operator why in one sentence, without a stack trace.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { OUTSIDE_NOWHERE } from '../support/outside-nowhere.ts';
import { lastWordsOf } from '../support/own-process.ts';
import { startTemporal } from '../support/temporal.ts';

const NO_TEMPORAL = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
const WORKER = {
  DATABASE_URL: 'postgresql://127.0.0.1:1/nowhere',
  ...OUTSIDE_NOWHERE,
};

describe('a process that cannot start', () => {
  for (const [script, env] of [
    ['src/temporal-bootstrap.ts', NO_TEMPORAL],
    ['src/site-directory.ts', NO_TEMPORAL],
    ['src/worker.ts', { ...WORKER, ...NO_TEMPORAL }],
  ] as const) {
    it(`names TEMPORAL_ADDRESS when nothing answers there: ${script}`, async () => {
      assert.equal(
        await lastWordsOf(script, env),
        'Temporal does not answer. Check TEMPORAL_ADDRESS and that the server is up.',
      );
    });
  }

  it('names what would send keys to anybody on the way, without the keys', async () => {
    const words = await lastWordsOf('src/worker.ts', {
      ...WORKER,
      LLM_BASE_URL: 'http://llm.example/v1',
      LLM_API_KEY: 'very-secret',
      PHONE_SYSTEM_URL: 'http://pbx.example',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    });
    for (const name of ['LLM_BASE_URL', 'PHONE_SYSTEM_URL', 'NODE_TLS_REJECT_UNAUTHORIZED']) {
      assert.match(words, new RegExp(`^  - ${name} must `, 'm'));
    }
    assert.doesNotMatch(words, /very-secret|(?:llm|pbx)\.example/);
  });

  it('names TEMPORAL_NAMESPACE when Temporal has no such namespace', async () => {
    const { address } = await startTemporal();
    const env = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'nowhere' };
    assert.equal(
      await lastWordsOf('src/site-directory.ts', env),
      'Temporal has no namespace nowhere. Check TEMPORAL_NAMESPACE.',
    );
  });

  it('says of a .env that cannot be read what is wrong with it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'unreadable-env-'));
    try {
      await mkdir(join(folder, '.env'));
      assert.match(
        await lastWordsOf(join(process.cwd(), 'src/worker.ts'), WORKER, folder),
        /^The configuration has a fault:\n {2}- The \.env file of the working directory cannot be read: it is a folder/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('names PORT when it is already in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      const env = { DATABASE_URL: WORKER.DATABASE_URL, PORT: String(port), LOG_LEVEL: 'silent' };
      assert.equal(
        await lastWordsOf('src/server.ts', env),
        `Port ${port} is in use: stop what listens there or set PORT; 0 takes any free port.`,
      );
    } finally {
      server.close();
    }
  });
});
