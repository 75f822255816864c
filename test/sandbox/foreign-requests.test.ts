// A web page in the browser of somebody on this machine cannot use the sandbox.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startSandbox, type Sandbox } from '../../sandbox/sandbox.ts';

describe('the sandbox', () => {
  let folder: string;
  let sandbox: Sandbox;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foreign-requests-'));
    sandbox = await startSandbox({ dataDir: folder });
  });
  after(async () => {
    await sandbox?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** Its HTTP servers, the control API among them; Speech speaks gRPC, which no page can send. */
  function servers(): readonly string[] {
    const { speechApiEndpoint: _, ...others } = sandbox.addresses;
    assert.equal(Object.keys(others).length, 6);
    return Object.values(others);
  }

  async function statusOf(url: string, headers: Record<string, string>): Promise<number> {
    return new Promise((resolve, reject) => {
      request(url, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .once('error', reject)
        .end();
    });
  }

  for (const host of [
    'evil.example',
    '127.0.0.1.evil.example:4000',
    '10.0.0.1',
    'localhost.evil',
  ]) {
    it(`answers 421 under the foreign name ${host}, on every port`, async () => {
      for (const url of servers()) assert.equal(await statusOf(url, { host }), 421, url);
    });
  }

  for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1.evil.example']) {
    it(`answers 403 to a page of ${origin}, on every port`, async () => {
      for (const url of servers()) assert.equal(await statusOf(url, { origin }), 403, url);
    });
  }

  it('serves programs on this machine, and its pages', async () => {
    for (const url of servers()) {
      const { port } = new URL(url);
      for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]) {
        const status = await statusOf(url, { host, origin: `http://${host}` });
        assert.ok(status !== 421 && status !== 403, `${url} answered ${status}`);
      }
    }
  });
});
