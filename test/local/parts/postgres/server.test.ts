// The embedded PostgreSQL keeps its data however it ends, and refuses an unusable data folder with
// one sentence.
import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import { LocalRunError } from '../../../../local/local-run-error.ts';
import { startPostgres } from '../../../../local/parts/postgres/server.ts';
import { startKeeper, type Keeper } from '../../../../local/process/keeper.ts';
import { freePort } from '../../../../local/process/ports.ts';
import { runOn } from '../../../../prisma/engine/create-database.ts';

describe('the embedded PostgreSQL', () => {
  let folder: string;
  let dataFolder: string;
  let keeper: Keeper;

  before(() => {
    keeper = startKeeper();
  });
  after(() => keeper.close());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'postgres-test-'));
    dataFolder = join(folder, 'data');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const start = async (at = dataFolder) =>
    startPostgres({
      dataFolder: at,
      port: await freePort(),
      logPath: join(folder, 'log'),
      keeper,
    });

  // Like /root, a folder made by mkdtemp is closed to other users: as root, PostgreSQL's user must be
  // given access to it.
  it('starts in a folder that only its owner may enter, and keeps its data after kill -9', async () => {
    const first = await start();
    await runOn(first.url('postgres'), (client) =>
      client.query('CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)'),
    );
    process.kill(-first.part.pid, 'SIGKILL');
    await first.part.exited;
    const second = await start();
    try {
      const { rows } = await runOn(second.url('postgres'), (client) =>
        client.query('SELECT n FROM kept'),
      );
      assert.deepEqual(rows, [{ n: 7 }]);
    } finally {
      await second.part.stop();
    }
  });

  it('ignores a stale postmaster.pid whose process ID has since been reused', async () => {
    await (await start()).part.stop();
    const other = await start(join(folder, 'other'));
    try {
      // A live process of the same user, which would keep PostgreSQL itself from starting.
      writeFileSync(join(dataFolder, 'postmaster.pid'), `${other.part.pid}\n${dataFolder}\n`);
      await (await start()).part.stop();
    } finally {
      await other.part.stop();
    }
  });

  it('does not take over a folder on which a server is already running', async () => {
    const first = await start();
    try {
      await assert.rejects(start(), refusal(`process ${first.part.pid}.*kill -INT`));
      assert.match(readFileSync(join(dataFolder, 'postmaster.pid'), 'utf8'), /^\d+/);
    } finally {
      await first.part.stop();
    }
  });

  it('lets nobody in without the password, which only its owner can read', async () => {
    const { part, url } = await start();
    try {
      assert.equal(statSync(`${dataFolder}.password`).mode & 0o777, 0o600);
      const { password, port } = new URL(url('postgres'));
      assert.match(password, /^[0-9a-f]{32}$/);
      for (const guess of ['postgres@', 'postgres:postgres@']) {
        await assert.rejects(askFor(`postgresql://${guess}127.0.0.1:${port}/postgres`));
      }
      assert.equal(await askFor(url('postgres')), 'postgres');
    } finally {
      await part.stop();
    }
  });

  it('closes a folder of an earlier version, which let everybody in, and keeps its data', async () => {
    const first = await start();
    await runOn(first.url('postgres'), (client) =>
      client.query('CREATE TABLE kept (n int); ALTER ROLE postgres PASSWORD NULL'),
    );
    await first.part.stop();
    const rules = join(dataFolder, 'pg_hba.conf');
    writeFileSync(rules, readFileSync(rules, 'utf8').replaceAll('scram-sha-256', 'trust'));
    rmSync(`${dataFolder}.password`);

    const { part, url } = await start();
    try {
      await assert.rejects(
        askFor(`postgresql://postgres@127.0.0.1:${new URL(url('postgres')).port}/postgres`),
      );
      const { rows } = await runOn(url('postgres'), (client) => client.query('SELECT n FROM kept'));
      assert.deepEqual(rows, []);
      assert.doesNotMatch(readFileSync(rules, 'utf8'), /^(local|host).*trust/m);
    } finally {
      await part.stop();
    }
  });

  it('refuses a folder made by another PostgreSQL version, and names it', async () => {
    mkdirSync(join(dataFolder, 'global'), { recursive: true });
    writeFileSync(join(dataFolder, 'PG_VERSION'), '16\n');
    chmodSync(folder, 0o755);
    await assert.rejects(start(), refusal('made by PostgreSQL 16.*uses PostgreSQL 18'));
  });

  it('refuses an incomplete data folder, and leaves it untouched', async () => {
    mkdirSync(dataFolder);
    writeFileSync(join(dataFolder, 'mine.txt'), 'mine');
    await assert.rejects(start(), refusal('not a complete PostgreSQL data folder.*move it away'));
    assert.equal(readFileSync(join(dataFolder, 'mine.txt'), 'utf8'), 'mine');
  });

  it('says what is wrong when its files are damaged', async () => {
    await (await start()).part.stop();
    writeFileSync(join(dataFolder, 'global', 'pg_control'), 'rubbish');
    await assert.rejects(start(), refusal('PostgreSQL did not start: .*move it away'));
  });
});

/** Who the server takes us for. Rejects when it does not let us in. */
async function askFor(url: string): Promise<unknown> {
  // Without it, a password of the user's own (PGPASSWORD, ~/.pgpass) might be tried.
  const client = new pg.Client({ connectionString: url, password: new URL(url).password });
  try {
    await client.connect();
    const { rows } = await client.query<{ name: unknown }>('SELECT current_user AS name');
    return rows[0]?.name;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function refusal(pattern: string) {
  return (error: unknown) =>
    error instanceof LocalRunError && new RegExp(pattern).test(error.message);
}
