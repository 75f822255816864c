import { setTimeout as delay } from 'node:timers/promises';

import type { MigrationList } from '@prisma/schema-engine-wasm';
import type pg from 'pg';

import { toDatabaseConnection } from '../../src/repositories/connection/client-config.ts';
import { createDatabaseIfMissing, runOn } from './create-database.ts';
import { readMigrations } from './files.ts';
import { toMigrationError } from './migration-error.ts';
import { assertOwnSession } from './own-session.ts';
import { removePartsOfIndexes } from './parts-of-indexes.ts';
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
 * locks within the session's lock_timeout, or that PostgreSQL ends because it and a step of a call wait for
 * each other, has changed nothing, since PostgreSQL runs a script in one transaction; so it is marked as
 * rolled back and retried, and the queries that queued behind it run in between.
 */
async function applyWithRetries(
  databaseUrl: string,
  migrationsList: MigrationList,
  client: pg.Client,
): Promise<string[]> {
  const before = await namesOf(FINISHED, client);
  const undo = async () =>
    removePartsOfIndexes(await namesOf(UNFINISHED, client), migrationsList, client);
  // Of a process that was killed. No other is migrating now.
  await markRolledBack(databaseUrl, await undo());
  for (let attempt = 1; ; attempt += 1) {
    try {
      await withSchemaEngine(databaseUrl, (engine) =>
        engine.applyMigrations({ migrationsList, filters: NO_FILTER }),
      );
      const after = await namesOf(FINISHED, client);
      return after.filter((name) => !before.includes(name));
    } catch (error) {
      if (!isForLocks(error)) throw error;
      await undo();
      // Also the last time, so that whoever tries again later need not mend anything.
      await markRolledBack(databaseUrl, await namesOf(UNFINISHED, client));
      if (attempt === MAX_ATTEMPTS) throw error;
      await delay(PAUSE_MS);
    }
  }
}

/** Marks migrations as rolled back, as `prisma migrate resolve --rolled-back` does. */
async function markRolledBack(databaseUrl: string, names: readonly string[]): Promise<void> {
  for (const migrationName of names) {
    await withSchemaEngine(databaseUrl, (engine) =>
      engine.markMigrationRolledBack({ migrationName }),
    );
  }
}

const FINISHED = 'finished_at IS NOT NULL';
const UNFINISHED = 'finished_at IS NULL AND rolled_back_at IS NULL';

/** The names of the migrations that the database knows so, oldest first; none for an empty database. */
async function namesOf(
  state: typeof FINISHED | typeof UNFINISHED,
  client: pg.Client,
): Promise<string[]> {
  const { rows: tables } = await client.query(
    "SELECT 1 FROM pg_tables WHERE schemaname = current_schema AND tablename = '_prisma_migrations'",
  );
  if (tables.length === 0) return [];
  const { rows } = await client.query<{ migration_name: string }>(
    `SELECT migration_name FROM _prisma_migrations WHERE ${state} ORDER BY started_at`,
  );
  return rows.map(({ migration_name: name }) => name);
}

/** The engine reports PostgreSQL's errors 55P03 (lock_not_available) and 40P01 (deadlock) only in its message. */
function isForLocks(error: unknown): boolean {
  return (
    error instanceof Error &&
    /lock timeout|55P03|deadlock|40P01|Transaction write conflict/.test(error.message)
  );
}
