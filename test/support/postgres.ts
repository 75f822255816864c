import { randomUUID } from 'node:crypto';

import pg from 'pg';

import {
  startTemporaryPostgres,
  type TemporaryPostgres,
} from '../../local/parts/postgres/temporary.ts';
import { migrate } from '../../prisma/engine/apply.ts';
import { runOn } from '../../prisma/engine/create-database.ts';
import { DATABASE_ZONE } from './zones.ts';

export type TestDatabase = {
  /** The DATABASE_URL of a database that no other test uses, with all migrations applied. */
  readonly url: string;
  /** Drops it, even while connections to it are open. */
  drop(): Promise<void>;
};

const TEMPLATE = 'migrated_template';

let server: Promise<TemporaryPostgres> | null = null;

/**
 * The PostgreSQL server of this test run, started when a test first asks for it and stopped by
 * `global.ts`. Besides the databases of tests it holds only the standard ones and the template.
 */
export function testPostgres(): Promise<TemporaryPostgres> {
  server ??= startWithTemplate();
  return server;
}

/** Makes a migrated, empty database by copying a template, which takes milliseconds. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { url } = await testPostgres();
  const name = `test_${randomUUID()}`;
  const identifier = pg.escapeIdentifier(name);
  await runOn(url('postgres'), (client) =>
    client.query(`CREATE DATABASE ${identifier} TEMPLATE ${TEMPLATE}`),
  );
  return {
    url: url(name),
    drop: async () => {
      await runOn(url('postgres'), (client) =>
        client.query(`DROP DATABASE IF EXISTS ${identifier} WITH (FORCE)`),
      );
    },
  };
}

/** Stops the server if a test has started it. */
export async function stopTestPostgres(): Promise<void> {
  const running = await server?.catch(() => null);
  server = null;
  await running?.stop();
}

async function startWithTemplate(): Promise<TemporaryPostgres> {
  const started = await startTemporaryPostgres();
  try {
    await runOn(started.url('postgres'), async (client) => {
      await client.query(`ALTER SYSTEM SET timezone = '${DATABASE_ZONE}'`);
      await client.query('SELECT pg_reload_conf()');
    });
    await migrate(started.url(TEMPLATE));
    return started;
  } catch (error) {
    await started.stop();
    throw error;
  }
}
