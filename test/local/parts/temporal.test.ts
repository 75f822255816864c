// Temporal's development server needs no credentials, so a web page must not reach its HTTP API.
import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startTemporalServer } from '../../../local/parts/temporal.ts';
import { startKeeper } from '../../../local/process/keeper.ts';
import { freePort } from '../../../local/process/ports.ts';
import { findTemporalCli } from '../../../local/tools/temporal-cli.ts';

describe('the local Temporal server', () => {
  let stack: AsyncDisposableStack;

  beforeEach(() => {
    stack = new AsyncDisposableStack();
  });
  afterEach(() => stack.disposeAsync());

  it('refuses requests to its HTTP API under a foreign name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'temporal-http-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const keeper = stack.adopt(startKeeper(), (it) => it.close());
    const { path } = await findTemporalCli(process.env, () => undefined);
    // It takes any free port for its HTTP API and tells nobody which.
    const httpPort = await freePort();
    const cli = join(folder, 'temporal');
    await writeFile(cli, `#!/bin/sh\nexec '${path}' "$@" --http-port=${httpPort}\n`);
    await chmod(cli, 0o755);
    const { part } = await startTemporalServer({
      cli,
      port: await freePort(),
      uiPort: null,
      databaseFile: join(folder, 'temporal.db'),
      logPath: join(folder, 'log'),
      keeper,
    });
    stack.defer(async () => void (await part.stop()));

    const statusUnder = (host: string) => statusOf(httpPort, host);
    assert.equal(await statusUnder(`127.0.0.1:${httpPort}`), 200);
    for (const host of ['evil.example', `evil.example:${httpPort}`, '127.0.0.1.evil.example']) {
      assert.equal(await statusUnder(host), 403, host);
    }
  });
});

function statusOf(port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', path: '/api/v1/namespaces', headers: { host } }, (reply) => {
      reply.resume();
      resolve(reply.statusCode ?? 0);
    })
      .once('error', reject)
      .end();
  });
}
