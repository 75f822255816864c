import { setTimeout as delay } from 'node:timers/promises';

import type { MigrationList } from '@prisma/schema-engine-wasm';
import type pg from 'pg';

import { toDatabaseConnection } from '../../src/repositories/connection/client-config.ts';
import { createDatabaseIfMissing, runOn } from './create-database.ts';
import { readMigrations } from './files.ts';
import { toMigrationError } from './migration-error.ts';
import { assertOwnSession } from './own-session.ts';
import { NO_FILTER, withSchemaEngine } from './schema-engine.ts';
import { createSchemaIfMissing, useSchema } from './schema-of-url.ts';

export type MigrateResult = {
  /** The names of the migrations that this call applied, oldest first; empty if none was due. */
  readonly applied: readonly string[];
};

// Any number that nobody else uses; the lock of Prisma's engine is 72707369. Ours is taken first, because
// the engine waits only ten seconds for its own, and another process's migration may take longer.
const LOCK_KEY = 72_707_370;

// Two minutes in total: longer than any of our transactions, which time out after five seconds.
const MAX_ATTEMPTS = 40;
const PAUSE_MS = 1_000;

/**
 * Brings a PostgreSQL database up to the committed migrations, and creates it if it does not
 * exist. Several processes may do so at once: one works, the others wait and find nothing to do. It
 * maintains the standard table `_prisma_migrations`, so `prisma migrate deploy` and `prisma migrate
 * resolve` work on the same database. Throws a MigrationError.
 */
export async function migrate(
  databaseUrl: string,
  migrations?: MigrationList,
): Promise<MigrateResult> {
  const migrationsList = migrations ?? (await readMigrations());
  try {
    const { schema } = toDatabaseConnection(databaseUrl).address;
    await createDatabaseIfMissing(databaseUrl);
    return await runOn(databaseUrl, async (client) => {
      await assertOwnSession(databaseUrl, client);
      await createSchemaIfMissing(client, schema);
      await useSchema(client, schema);
      await client.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
      return { applied: await applyWithRetries(databaseUrl, migrationsList, client) };
    });
  } catch (error) {
    throw toMigrationError(error);
  }
}

/**
 * Applies the pending migrations while calls are being processed. A migration that does not get its
 * locks within the session's lock_timeout has changed nothing, since PostgreSQL runs a script in one
 * transaction; so it is marked as rolled back and retried, and the queries that queued behind it run in
 * between.
 */
async function applyWithRetries(
  databaseUrl: string,
  migrationsList: MigrationList,
  client: pg.Client,
): Promise<string[]> {
  const before = await finishedMigrations(client);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await withSchemaEngine(databaseUrl, (engine) =>
        engine.applyMigrations({ migrationsList, filters: NO_FILTER }),
      );
      const after = await finishedMigrations(client);
      return after.filter((name) => !before.includes(name));
    } catch (error) {
      if (!isLockTimeout(error) || attempt === MAX_ATTEMPTS) throw error;
      await markUnfinishedRolledBack(databaseUrl, client);
      await delay(PAUSE_MS);
    }
  }
}

/** Marks failed migrations as rolled back, as `prisma migrate resolve --rolled-back` does. */
async function markUnfinishedRolledBack(databaseUrl: string, client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ migration_name: string }>(
    'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NULL AND rolled_back_at IS NULL',
  );
  for (const { migration_name: migrationName } of rows) {
    await withSchemaEngine(databaseUrl, (engine) =>
      engine.markMigrationRolledBack({ migrationName }),
    );
  }
}

/** The names of the migrations that the database has, oldest first; none for an empty database. */
async function finishedMigrations(client: pg.Client): Promise<string[]> {
  const { rows: tables } = await client.query(
    "SELECT 1 FROM pg_tables WHERE schemaname = current_schema AND tablename = '_prisma_migrations'",
  );
  if (tables.length === 0) return [];
  const { rows } = await client.query<{ migration_name: string }>(
    'SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY started_at',
  );
  return rows.map(({ migration_name: name }) => name);
}

/** The engine reports PostgreSQL's error 55P03 (lock_not_available) only in its message. */
function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && /lock timeout|55P03/.test(error.message);
}
