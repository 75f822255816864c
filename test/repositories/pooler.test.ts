// Guarantees that the service works through a pooler in transaction mode, with the limits of its transactions, and that a migration says where it cannot.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import pg from 'pg';

import { migrate } from '../../prisma/engine/apply.ts';
import { runOn } from '../../prisma/engine/create-database.ts';
import { MigrationError } from '../../prisma/engine/migration-error.ts';
import { createCallRepository } from '../../src/repositories/call-repository.ts';
import { createCompanyRepository } from '../../src/repositories/company-repository.ts';
import { toDatabaseError } from '../../src/repositories/database-error.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { createProcessingLogRepository } from '../../src/repositories/processing-log-repository.ts';
import { startPgbouncer, type Pooler } from '../support/pgbouncer.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { skipWithout } from '../support/skip-without.ts';
import { waitFor } from '../support/wait-for.ts';

// The limits are four and five seconds, and a second more for the client's own; the rest is room for
// a busy machine. Without a limit, what is waited for lasts until the end of the test.
const IN_TIME_MS = 20_000;

describe('behind a pooler in transaction mode', () => {
  let testDatabase: TestDatabase;
  let pooler: Pooler;
  let database: Database;

  before(async function () {
    await skipWithout(this, 'pgbouncer');
    testDatabase = await createTestDatabase();
    pooler = await startPgbouncer(testDatabase.url);
    database = createDatabase({
      url: `${pooler.through(testDatabase.url)}?pgbouncer=true`,
      poolSize: 6,
    });
  });
  after(async () => {
    await database?.close();
    await pooler?.stop();
    await testDatabase?.drop();
  });

  const newCall = () =>
    createCallRepository(database.prisma).create({
      callSid: randomUUID(),
      callStatus: 'PROCESSING',
      startTime: new Date(),
      recordgroup: '1',
      recordid: '2',
      runId: 'run',
      transition: 1n,
    });

  it('that refuses the limits as parameters of a connection, as PgBouncer does', async () => {
    const client = new pg.Client({
      connectionString: pooler.through(testDatabase.url),
      statement_timeout: 5_000,
    });
    await assert.rejects(client.connect(), /unsupported startup parameter: statement_timeout/);
  });

  it('many callers at once write a call, its company and its log, and read them again', async () => {
    const calls = createCallRepository(database.prisma);
    const log = createProcessingLogRepository(database.prisma);
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const { id, callSid } = await newCall();
        const company = await createCompanyRepository(database.prisma).findOrCreate('7', 'Kestrel');
        await database.transaction(async (tx) => {
          await calls.lock(id, tx);
          await calls.changeStatus(
            id,
            { transition: 2n, callStatus: 'COMPLETED', companyId: company.id },
            tx,
          );
          await log.add(
            [
              {
                callId: id,
                status: 'LOG_SUCCESS',
                message: `call ${index}`,
                event: 'JOB_COMPLETED',
                step: 'analyzeTranscript',
                attempt: 0,
                runId: callSid,
                activityId: '5',
              },
            ],
            tx,
          );
        });
        const details = await calls.findWithDetails(callSid);
        assert.deepEqual([details?.callStatus, details?.company?.name], ['COMPLETED', 'Kestrel']);
        assert.equal((await log.listByCall(id))[0]?.message, `call ${index}`);
      }),
    );
  });

  it('a transaction that waits for a held lock is ended by the server in time', async () => {
    const { id } = await newCall();
    await holdingLock(testDatabase.url, id, async () => {
      const error = await failureOf(() =>
        database.transaction((tx) =>
          createCallRepository(database.prisma).update(id, { recordid: '3' }, tx),
        ),
      );
      assert.equal(toDatabaseError(error)?.code, 'DATABASE_UNAVAILABLE');
      assert.equal(toDatabaseError(error)?.context['sqlState'], '55P03');
    });
  });

  it('a statement by itself that waits for a held lock leaves nothing waiting at the server', async () => {
    const { id } = await newCall();
    await holdingLock(testDatabase.url, id, async () => {
      const error = await failureOf(() =>
        createCallRepository(database.prisma).update(id, { recordid: '3' }),
      );
      assert.equal(toDatabaseError(error)?.code, 'DATABASE_UNAVAILABLE');
      await waitFor(
        'no session to wait for the lock',
        async () => (await lockWaiters(testDatabase.url)) === 0,
        IN_TIME_MS,
      );
    });
  });

  it('a transaction in which nothing happens any more is ended by the server in time', async () => {
    const { id, callSid } = await newCall();
    const calls = createCallRepository(database.prisma);
    const isFree = Promise.withResolvers<void>();
    // Prisma's own limit is as long; here it is out of the way, as it is in a process that is frozen.
    const idle = database.prisma.$transaction(
      async (tx) => {
        await calls.update(id, { recordid: '3' }, tx);
        await isFree.promise;
        await calls.update(id, { recordid: '4' }, tx);
      },
      { timeout: 60_000 },
    );
    await waitFor(
      'the row to be free',
      () =>
        runOn(testDatabase.url, (client) =>
          client.query('SELECT 1 FROM "Call" WHERE id = $1 FOR UPDATE NOWAIT', [id]),
        ).catch(() => null),
      IN_TIME_MS,
    );
    isFree.resolve();
    const error = await failureOf(() => idle);
    assert.equal(toDatabaseError(error)?.code, 'DATABASE_UNAVAILABLE');
    assert.equal((await calls.findByCallSid(callSid))?.recordid, '2');
  });

  it('other clients of the pooler are given sessions without the limits of the service', async () => {
    await Promise.all(
      Array.from({ length: 6 }, () => database.transaction((tx) => tx.call.count())),
    );
    await runOn(pooler.through(testDatabase.url), async (client) => {
      for (const name of ['statement_timeout', 'lock_timeout', 'search_path']) {
        const { rows } = await client.query(
          'SELECT setting, reset_val FROM pg_settings WHERE name = $1',
          [name],
        );
        assert.equal(rows[0].setting, rows[0].reset_val, name);
      }
    });
  });

  it('a migration says that it needs a session of its own, and changes nothing', async () => {
    await assert.rejects(
      migrate(pooler.through(testDatabase.url)),
      (error) =>
        error instanceof MigrationError &&
        /transaction mode.*npm run db:migrate/.test(error.message),
    );
    const locks = await runOn(testDatabase.url, (client) =>
      client.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`),
    );
    assert.equal(locks.rowCount, 0);
  });

  it('a database that is not there is told as such', async () => {
    const url = Object.assign(new URL(pooler.through(testDatabase.url)), { pathname: '/nowhere' });
    const nowhere = createDatabase({ url: url.href, poolSize: 1 });
    try {
      const error = await failureOf(() => nowhere.prisma.call.count());
      assert.equal(toDatabaseError(error)?.code, 'DATABASE_SCHEMA_OUTDATED');
    } finally {
      await nowhere.close();
    }
  });

  it('a parameter of DATABASE_URL that the pooler refuses is told as such', async () => {
    const url = new URL(pooler.through(testDatabase.url));
    url.searchParams.set('options', '-c work_mem=8MB');
    const refused = createDatabase({ url: url.href, poolSize: 1 });
    try {
      const error = await failureOf(() => refused.prisma.call.count());
      assert.equal(toDatabaseError(error)?.code, 'DATABASE_POOLER_UNSUITABLE');
    } finally {
      await refused.close();
    }
  });
});

describe('behind a pooler in session mode', () => {
  it('a migration brings an empty database up to date', async function () {
    await skipWithout(this, 'pgbouncer');
    const testDatabase = await createTestDatabase();
    const pooler = await startPgbouncer(testDatabase.url, 'session');
    try {
      await runOn(testDatabase.url, (client) =>
        client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public'),
      );
      assert.ok((await migrate(pooler.through(testDatabase.url))).applied.length > 0);
      assert.deepEqual((await migrate(pooler.through(testDatabase.url))).applied, []);
    } finally {
      await pooler.stop();
      await testDatabase.drop();
    }
  });
});

async function failureOf(request: () => Promise<unknown>): Promise<unknown> {
  const result = await request().then(
    () => 'it succeeded',
    (reason: unknown) => reason,
  );
  assert.notEqual(result, 'it succeeded');
  return result;
}

/** Runs something while another client, past the pooler, has the call's row locked. */
async function holdingLock(url: string, id: string, use: () => Promise<void>): Promise<void> {
  await runOn(url, async (client) => {
    await client.query('BEGIN');
    await client.query('SELECT 1 FROM "Call" WHERE id = $1 FOR UPDATE', [id]);
    await use();
    await client.query('ROLLBACK');
  });
}

async function lockWaiters(url: string): Promise<number> {
  const { rowCount } = await runOn(url, (client) =>
    client.query(
      `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    ),
  );
  return rowCount ?? 0;
}
