// Guarantees that the schema of a DATABASE_URL holds for migrations and for all that is read and written, directly and through a pooler.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { migrate } from '../../prisma/engine/apply.ts';
import { differenceToSchema } from '../../prisma/engine/difference.ts';
import { runOn } from '../../prisma/engine/create-database.ts';
import { createCallRepository } from '../../src/repositories/call-repository.ts';
import { createCompanyRepository } from '../../src/repositories/company-repository.ts';
import { toDatabaseError } from '../../src/repositories/database-error.ts';
import { createCallWrites } from '../../src/repositories/call-writes.ts';
import { createDatabase } from '../../src/repositories/database.ts';
import { createRequestQueue } from '../../src/repositories/request-queue.ts';
import { startPgbouncer } from '../support/pgbouncer.ts';
import { testPostgres } from '../support/postgres.ts';
import { skipWithout } from '../support/skip-without.ts';

describe('a DATABASE_URL with a schema', () => {
  let shared: string;
  const withSchema = (url: string, schema: string) => `${url}?schema=${encodeURIComponent(schema)}`;

  beforeEach(async () => {
    const { url } = await testPostgres();
    shared = url(`shared_${randomUUID()}`);
    await runOn(url('postgres'), (client) =>
      client.query(`CREATE DATABASE "${new URL(shared).pathname.slice(1)}"`),
    );
    // Another service lives there, with a table of the same name.
    await runOn(shared, (client) => client.query('CREATE TABLE "Call" (theirs int)'));
  });

  const tablesOutside = async (schema: string) => {
    const { rows } = await runOn(shared, (client) =>
      client.query<{ name: string }>(
        `SELECT schemaname || '.' || tablename AS name FROM pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema', $1)`,
        [schema],
      ),
    );
    return rows.map(({ name }) => name);
  };

  async function useService(url: string): Promise<void> {
    const database = createDatabase({ url, poolSize: 4 });
    try {
      const calls = createCallRepository(database.prisma);
      const { id: companyId } = await createCompanyRepository(database.prisma).findOrCreate(
        '7',
        'K',
      );
      const call = await calls.findOrCreate({
        callSid: randomUUID(),
        callStatus: 'PROCESSING',
        startTime: new Date(),
        recordgroup: '1',
        recordid: '2',
        runId: 'run',
        transition: 1n,
      });
      await database.transaction(async (tx) => {
        await calls.lock(call.id, tx);
        await calls.changeStatus(
          call.id,
          { transition: 2n, callStatus: 'COMPLETED', companyId },
          tx,
        );
      });
      // Statements of our own outside transactions.
      const writes = createCallWrites(database);
      const row = { callSid: randomUUID(), callStatus: 'PROCESSING', runId: 'run' } as const;
      const place = { recordgroup: '1', recordid: '3', transition: 1n };
      assert.equal(await writes.open({ ...row, ...place }, []), true);
      const queue = createRequestQueue(database, 'connectwise');
      await queue.take(1);
      assert.equal(await queue.begin(1, 1_000), 0);
      await queue.beginMore(1);
      await queue.beginWalk(1);
      const details = await calls.findWithDetails(call.callSid);
      assert.deepEqual([details?.callStatus, details?.company?.name], ['COMPLETED', 'K']);
    } finally {
      await database.close();
    }
  }

  // The last has to be quoted in SQL, and escaped in the URL.
  for (const schema of ['intake', "In-Take's Übersicht"]) {
    it(`makes, reads and writes every table in ${schema}, and none in public`, async () => {
      const url = withSchema(shared, schema);
      assert.ok((await migrate(url)).applied.length > 0);
      assert.deepEqual((await migrate(url)).applied, []);
      assert.equal(await differenceToSchema(url), null);
      await useService(url);
      assert.deepEqual(await tablesOutside(schema), ['public.Call']);
    });
  }

  it('uses a schema that somebody else made, without the right to make one', async () => {
    const name = `user_${randomUUID()}`;
    const password = randomUUID();
    await runOn(shared, async (client) => {
      await client.query(`CREATE ROLE "${name}" LOGIN PASSWORD '${password}'`);
      await client.query(`CREATE SCHEMA intake AUTHORIZATION "${name}"`);
    });
    const url = withSchema(
      Object.assign(new URL(shared), { username: name, password }).href,
      'intake',
    );
    assert.ok((await migrate(url)).applied.length > 0);
    await useService(url);
  });

  it('holds through a pooler in transaction mode', async function () {
    await skipWithout(this, 'pgbouncer');
    await migrate(withSchema(shared, 'intake'));
    const pooler = await startPgbouncer(shared);
    try {
      await useService(withSchema(pooler.through(shared), 'intake'));
      assert.deepEqual(await tablesOutside('intake'), ['public.Call']);
    } finally {
      await pooler.stop();
    }
  });

  it('that has no tables yet fails as DATABASE_SCHEMA_OUTDATED', async () => {
    const database = createDatabase({ url: withSchema(shared, 'empty'), poolSize: 1 });
    try {
      const error: unknown = await database.prisma.call.count().catch((reason: unknown) => reason);
      assert.equal(toDatabaseError(error)?.code, 'DATABASE_SCHEMA_OUTDATED');
    } finally {
      await database.close();
    }
  });
});
