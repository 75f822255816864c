// One command brings any PostgreSQL database up to date, even when several processes run it concurrently.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import type { MigrationList } from '@prisma/schema-engine-wasm';

import { migrate } from '../../prisma/engine/apply.ts';
import { runOn } from '../../prisma/engine/create-database.ts';
import { readMigrations } from '../../prisma/engine/files.ts';
import { MigrationError } from '../../prisma/engine/migration-error.ts';
import { freePort } from '../../local/process/ports.ts';
import { testPostgres } from '../support/postgres.ts';

describe('migrate', () => {
  let url: string;
  beforeEach(async () => {
    url = (await testPostgres()).url(`migrate_${randomUUID()}`);
  });

  it('creates the database, applies every migration once, and then finds nothing to do', async () => {
    const names = (await readMigrations()).migrationDirectories.map(({ path }) => path);
    assert.ok(names.length > 0);
    assert.deepEqual((await migrate(url)).applied, names);
    assert.deepEqual((await migrate(url)).applied, []);
    // The table that `prisma migrate deploy` reads and writes too.
    const { rows } = await runOn(url, (client) =>
      client.query(
        'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY 1',
      ),
    );
    assert.deepEqual(
      rows.map((row: { migration_name: string }) => row.migration_name),
      names,
    );
  });

  it('makes concurrent runs wait for the one that is migrating, however long that takes', async () => {
    await migrate(url, migrations({}));
    const slow = migrations({
      '20260101000000_slow': 'CREATE TABLE a (n int); SELECT pg_sleep(1);',
    });
    const all = Promise.all([migrate(url, slow), migrate(url, slow), migrate(url, slow)]);
    const waiting = await untilTwoWait(url);
    const results = await all;
    assert.deepEqual(
      results.flatMap(({ applied }) => applied),
      ['20260101000000_slow'],
    );
    // A process that waits for the engine's own lock gives up after ten seconds.
    assert.ok(!waiting.includes(ENGINE_LOCK), `waiting for ${waiting.join(', ')}`);
  });

  it('stops at a migration that fails, says why, and never skips it', async () => {
    const broken = migrations({
      '20260101000000_good': 'CREATE TABLE good (n int);',
      '20260102000000_broken': 'CREATE TABEL broken (n int);',
      '20260103000000_never': 'CREATE TABLE never (n int);',
    });
    await assert.rejects(migrate(url, broken), refusal('syntax error at or near "TABEL"'));
    await assert.rejects(migrate(url, broken), refusal('failed half-way.*20260102000000_broken'));
    const { rows } = await runOn(url, (client) =>
      client.query(`SELECT tablename FROM pg_tables WHERE tablename IN ('good', 'never')`),
    );
    assert.deepEqual(rows, [{ tablename: 'good' }]);
  });

  it('leaves nothing of a migration that fails, and takes functions with several statements', async () => {
    const half = migrations({ '20260101000000_half': 'CREATE TABLE half (n int); SELECT 1 / 0;' });
    await assert.rejects(migrate(url, half), refusal('division by zero'));
    const { rows } = await runOn(url, (client) =>
      client.query(`SELECT tablename FROM pg_tables WHERE tablename = 'half'`),
    );
    assert.deepEqual(rows, []);

    const other = (await testPostgres()).url(`migrate_${randomUUID()}`);
    const script = `-- It counts; and counts.
      CREATE FUNCTION two() RETURNS int LANGUAGE plpgsql AS $$ BEGIN PERFORM 1; RETURN 2; END $$;`;
    await migrate(other, migrations({ '20260101000000_function': script }));
    const { rows: answer } = await runOn(other, (client) => client.query('SELECT two()'));
    assert.deepEqual(answer, [{ two: 2 }]);
  });

  it('builds an index without keeping writers out, as the only statement of a migration', async () => {
    await migrate(url, migrations({ ...TABLE, ...INDEX }));
    assert.equal(await isIndexValid(url), true);
  });

  it('begins an index again that could not be built because of a transaction elsewhere', async () => {
    await migrate(url, migrations(TABLE));
    await runOn(url, async (other) => {
      // Its snapshot is older than the index, as that of a dump.
      await other.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_class');
      const migrating = migrate(url, migrations({ ...TABLE, ...INDEX }));
      await untilRolledBack(url);
      await other.query('COMMIT');
      assert.deepEqual((await migrating).applied, Object.keys(INDEX));
    });
    assert.equal(await isIndexValid(url), true);
  });

  it('builds an index anew of which a process that was killed has left a part', async () => {
    await migrate(url, migrations(TABLE));
    await migrate(url, migrations({ ...TABLE, ...INDEX }));
    await runOn(url, async (client) => {
      await client.query(
        `UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'a_n'::regclass`,
      );
      await client.query(`UPDATE _prisma_migrations SET finished_at = NULL, applied_steps_count = 0
        WHERE migration_name = '20260102000000_index'`);
    });
    assert.deepEqual((await migrate(url, migrations({ ...TABLE, ...INDEX }))).applied, [
      '20260102000000_index',
    ]);
    assert.equal(await isIndexValid(url), true);
  });

  it('tries again when it and a step of a call wait for each other', async () => {
    await migrate(
      url,
      migrations({ '20260101000000_two': 'CREATE TABLE a (n int); CREATE TABLE b (n int);' }),
    );
    const both = {
      '20260101000000_two': 'CREATE TABLE a (n int); CREATE TABLE b (n int);',
      // The step gets what it waits for only when this one is ended.
      '20260102000000_both': `SET LOCAL deadlock_timeout = '10ms'; ALTER TABLE a ADD COLUMN m int;
        SELECT pg_sleep(0.3); ALTER TABLE b ADD COLUMN m int;`,
    };
    await runOn(url, async (step) => {
      await step.query(`SET deadlock_timeout = '10s'; BEGIN; LOCK TABLE b IN SHARE MODE`);
      const migrating = migrate(url, migrations(both));
      await untilLocked(url, 'a');
      await step.query('LOCK TABLE a IN SHARE MODE; COMMIT');
      assert.deepEqual((await migrating).applied, ['20260102000000_both']);
    });
  });

  it('says what to do when the server is down, without printing the password', async () => {
    const away = `postgresql://someone:sesame@127.0.0.1:${await freePort()}/database`;
    await assert.rejects(
      migrate(away),
      (error) =>
        error instanceof MigrationError &&
        /nothing listens at its address.*DATABASE_URL/.test(error.message) &&
        !error.message.includes('sesame'),
    );
  });

  it('refuses a DATABASE_URL that it would not follow, by name and without its secrets', async () => {
    for (const [wrong, named] of [
      ['postgresql://someone:sesame@127.0.0.1/database?search_path=sesame', 'search_path'],
      ['postgresql://someone:sesame@127.0.0.1/database?sslmode=no-verify', 'sslmode'],
      ['mysql://someone:sesame@127.0.0.1/database', 'postgresql://'],
      ['sesame', 'postgresql://'],
    ] as const) {
      await assert.rejects(migrate(wrong), (error) => {
        assert.ok(error instanceof MigrationError);
        assert.match(error.message, new RegExp(`DATABASE_URL .*${named}`));
        assert.doesNotMatch(error.message, /sesame/);
        return true;
      });
    }
  });
});

/** Prisma's advisory lock. */
const ENGINE_LOCK = 72_707_369;

/** The keys of the advisory locks that two sessions wait for, once there are two waiting. */
async function untilTwoWait(url: string): Promise<number[]> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const { rows } = await runOn(url, (client) =>
      client.query(
        `SELECT objid::int AS key FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      ),
    );
    if (rows.length === 2) return rows.map(({ key }: { key: number }) => key);
    assert.ok(Date.now() < deadline, 'Not within five seconds: two of the three wait for a lock.');
  }
}

const TABLE = { '20260101000000_table': 'CREATE TABLE a (n int);' };
const INDEX = {
  '20260102000000_index': '-- Alone.\nCREATE INDEX CONCURRENTLY a_n ON a (n);',
};

async function isIndexValid(url: string): Promise<boolean | undefined> {
  const { rows } = await runOn(url, (client) =>
    client.query<{ indisvalid: boolean }>(
      `SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('a_n')`,
    ),
  );
  return rows[0]?.indisvalid;
}

/** Once a migration has given way. */
function untilRolledBack(url: string): Promise<void> {
  return untilFound(
    url,
    'SELECT 1 FROM _prisma_migrations WHERE rolled_back_at IS NOT NULL',
    'a migration gives way',
  );
}

/** Once a migration holds its lock of a table. */
function untilLocked(url: string, table: string): Promise<void> {
  return untilFound(
    url,
    `SELECT 1 FROM pg_locks WHERE relation = '${table}'::regclass AND granted
      AND mode = 'AccessExclusiveLock'`,
    `a migration has locked ${table}`,
  );
}

async function untilFound(url: string, query: string, what: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  await runOn(url, async (client) => {
    while ((await client.query(query)).rows.length === 0) {
      assert.ok(Date.now() < deadline, `Not within ten seconds: ${what}.`);
      await delay(20);
    }
  });
}

function migrations(scripts: Readonly<Record<string, string>>): MigrationList {
  return {
    baseDir: '/nowhere',
    lockfile: { path: 'migration_lock.toml', content: 'provider = "postgresql"\n' },
    shadowDbInitScript: '',
    migrationDirectories: Object.entries(scripts).map(([path, value]) => ({
      path,
      migrationFile: { path: 'migration.sql', content: { tag: 'ok', value } },
    })),
  };
}

function refusal(pattern: string) {
  return (error: unknown) =>
    error instanceof MigrationError && new RegExp(pattern).test(error.message);
}
