// docker-compose.temporal.yml as Compose's own library (compose-go) loads it, with each of its profiles.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { composeEnvironment, COMPOSE_FILE } from '../support/compose-file.ts';

// Go downloads and builds the library first: half a minute on two cores.
const WITH_A_BUILD_MS = 600_000;

const ROOT = join(import.meta.dirname, '../..');
const LOADER = join(import.meta.dirname, 'compose', 'loader');

type Loaded = {
  readonly services: Readonly<
    Record<string, { readonly environment: Readonly<Record<string, string>> }>
  >;
};
type Failure = { readonly code?: unknown; readonly stderr?: string };

// What Go prints when it reaches no module proxy, or may not download a newer Go.
const NOT_DOWNLOADED = /dial tcp|i\/o timeout|unexpected status|module lookup disabled|toolchain/i;

describe("Compose's own loader", function () {
  this.timeout(WITH_A_BUILD_MS);
  const stack = new AsyncDisposableStack();
  let folder: string;
  let program: string;

  before(async function () {
    folder = await mkdtemp(join(tmpdir(), 'call-processing-loader-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    program = join(folder, 'loader');
    try {
      await promisify(execFile)('go', ['build', '-o', program, '.'], { cwd: LOADER });
    } catch (error) {
      const { code, stderr = '' } = error as Failure;
      if (code !== 'ENOENT' && !NOT_DOWNLOADED.test(stderr)) throw error;
      console.log(
        `      skipped: ${code === 'ENOENT' ? 'Go is not installed' : stderr.trim().split('\n').at(-1)}`,
      );
      this.skip();
    }
    await copyFile(join(ROOT, 'docker-compose.temporal.yml'), join(folder, 'compose.yml'));
    await cp(join(ROOT, 'local/compose'), join(folder, 'local/compose'), { recursive: true });
  });
  after(() => stack.disposeAsync());

  /** Loads the file with what .env says. */
  async function load(settings: Readonly<Record<string, string>>, ...profiles: string[]) {
    const lines = Object.entries(settings).map(([name, value]) => `${name}='${value}'\n`);
    await writeFile(join(folder, '.env'), lines.join(''));
    const env = { PATH: process.env['PATH'], HOME: folder };
    const { stdout, stderr } = await promisify(execFile)(
      program,
      [join(folder, 'compose.yml'), ...profiles],
      { env },
    );
    assert.equal(stderr, '');
    return (JSON.parse(stdout) as Loaded).services;
  }

  // Without the single quotes, Compose would take the middle of the second for a variable and its end for a comment.
  const SETTINGS = {
    POSTGRES_PASSWORD: 'chosen',
    LLM_API_KEY: 'pa$word #1',
    API_KEYS: 'me:admin:0123',
    HOST: '127.0.0.1',
  };

  for (const profile of ['none', 'service', 'sandbox']) {
    it(`accepts the file with the profile ${profile}, and starts and tells what the tests of this file run`, async () => {
      const services = await load(SETTINGS, profile);
      const wanted = Object.entries(COMPOSE_FILE.services)
        .filter(([, { profiles }]) => profiles === undefined || profiles.includes(profile))
        .map(([name]) => name);
      assert.deepEqual(Object.keys(services).toSorted(), wanted.toSorted());
      for (const name of wanted) {
        const told = services[name]?.environment ?? {};
        assert.deepEqual({ ...told }, composeEnvironment(name, SETTINGS), name);
      }
    });
  }

  it('says what to do when there is no password', async () => {
    await assert.rejects(load({ LLM_API_KEY: 'x' }), ({ stderr = '' }: Failure) =>
      stderr.includes('choose a password for PostgreSQL and set it here or in .env'),
    );
  });

  it('refuses a file in which a service waits for one that is not there', async () => {
    const path = join(folder, 'compose.yml');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('      temporal-schema:\n', '      temporal-shema:\n'));
    await assert.rejects(load(SETTINGS), ({ stderr = '' }: Failure) =>
      stderr.includes('temporal-shema'),
    );
  });
});
