// An installed Temporal CLI is used, a missing one is fetched once, and no partial download is kept.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { LocalRunError } from '../../../local/local-run-error.ts';
import { freePort } from '../../../local/process/ports.ts';
import { findTemporalCli } from '../../../local/tools/temporal-cli.ts';
import { officialDownload } from '../../../local/tools/official-download.ts';
import type { Source } from '../../../local/tools/tool.ts';

const SCRIPT = '#!/bin/sh\necho "temporal version 1.9.9 (Server 1.30.0, UI 1.0.0)"\n';
const quiet = () => undefined;

describe('the Temporal CLI', () => {
  let folder: string;
  let env: { readonly PATH: string; readonly XDG_CACHE_HOME: string };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'temporal-cli-test-'));
    // An empty PATH, so that a CLI installed on the machine is not found.
    env = { PATH: join(folder, 'bin'), XDG_CACHE_HOME: join(folder, 'cache') };
    mkdirSync(env.PATH);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const cached = () => {
    try {
      return readdirSync(join(env.XDG_CACHE_HOME, 'msp-call-processing')).filter(
        (name) => !name.endsWith('.lock'),
      );
    } catch {
      return [];
    }
  };

  it('is the one that TEMPORAL_CLI_PATH names, with no fallback when that one does not run', async () => {
    const named = script(join(folder, 'mine'));
    const found = await findTemporalCli({ ...env, TEMPORAL_CLI_PATH: named }, quiet, []);
    assert.deepEqual(found, {
      path: named,
      version: '1.9.9 (Server 1.30.0, UI 1.0.0)',
      from: 'TEMPORAL_CLI_PATH',
    });
    await assert.rejects(
      findTemporalCli({ ...env, TEMPORAL_CLI_PATH: join(folder, 'nothing') }, quiet, [working()]),
      /TEMPORAL_CLI_PATH does not name a program/,
    );
  });

  it('is the one on the PATH, unless it is too old', async () => {
    script(join(env.PATH, 'temporal'));
    const found = await findTemporalCli(env, quiet, []);
    assert.equal(found.from, 'PATH');
    script(join(env.PATH, 'temporal'), SCRIPT.replace('Server 1.30.0', 'Server 1.28.0'));
    assert.equal((await findTemporalCli(env, quiet, [working()])).from, 'cache');
  });

  it('is fetched once, from the first source that works', async () => {
    const second = working();
    const found = await findTemporalCli(env, quiet, [
      failing('broken'),
      second,
      failing('unasked'),
    ]);
    assert.equal(found.from, 'cache');
    assert.equal((await findTemporalCli(env, quiet, [second])).path, found.path);
    assert.equal(second.calls, 1);
    assert.deepEqual(cached(), ['temporal-1.9.1']);
  });

  it('is fetched once when two processes need it at the same time', async () => {
    const source = working(150);
    const [first, second] = await Promise.all([
      findTemporalCli(env, quiet, [source]),
      findTemporalCli(env, quiet, [source]),
    ]);
    assert.equal(first.path, second.path);
    assert.equal(source.calls, 1);
  });

  it('leaves no partial download, and names every source that failed in one error', async () => {
    await assert.rejects(
      findTemporalCli(env, quiet, [failing('the first way'), failing('the second way')]),
      (error) =>
        error instanceof LocalRunError &&
        /the first way: it is away; the second way: it is away/.test(error.message) &&
        /TEMPORAL_CLI_PATH .* TEMPORAL_ADDRESS/.test(error.message),
    );
    assert.deepEqual(cached(), []);
  });

  it('is downloaded only with the published checksum', async () => {
    const archive = join(folder, 'archive.tar.gz');
    execFileSync('tar', [
      '-czf',
      archive,
      '-C',
      join(script(join(folder, 'temporal')), '..'),
      'temporal',
    ]);
    const bytes = readFileSync(archive);
    const right = createHash('sha256').update(bytes).digest('hex');
    for (const [checksum, works] of [
      [right, true],
      ['0'.repeat(64), false],
    ] as const) {
      rmSync(env.XDG_CACHE_HOME, { recursive: true, force: true });
      const server = await serve(bytes, checksum);
      try {
        const found = findTemporalCli(env, quiet, [officialDownload(server.url)]);
        if (works) assert.equal((await found).from, 'cache');
        else await assert.rejects(found, /does not have the published checksum/);
      } finally {
        await server.close();
      }
    }
    assert.deepEqual(cached(), []);
  });

  it('reports the host of a download as unreachable when it is down', async () => {
    const nobody = `http://127.0.0.1:${await freePort()}`;
    await assert.rejects(
      findTemporalCli(env, quiet, [officialDownload(nobody)]),
      /127\.0\.0\.1:\d+ cannot be reached \(ECONNREFUSED\)/,
    );
  });
});

function script(path: string, text = SCRIPT): string {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

function working(takesMs = 0): Source & { calls: number } {
  return {
    name: 'a way that works',
    calls: 0,
    async fetch(tool, into) {
      this.calls += 1;
      await sleep(takesMs);
      return script(join(into, tool.binary));
    },
  };
}

function failing(name: string): Source {
  return {
    name,
    async fetch(tool, into) {
      writeFileSync(join(into, tool.binary), 'half of it');
      throw new Error('it is away');
    },
  };
}

async function serve(archive: Buffer, checksum: string) {
  const server = createServer((request, response) => {
    const name = request.url?.split('/').at(-1) ?? '';
    if (name !== 'checksums.txt') return response.end(archive);
    const arch = process.arch === 'x64' ? 'amd64' : process.arch;
    return response.end(
      `${'f'.repeat(64)}  other.zip\n${checksum}  temporal_cli_1.9.1_${process.platform}_${arch}.tar.gz\n`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
