import type { MigrationList } from '@prisma/schema-engine-wasm';

import { createDatabaseIfMissing, runOn } from './create-database.ts';
import { readMigrations } from './files.ts';
import { toMigrationError } from './migration-error.ts';
import { NO_FILTER, withSchemaEngine } from './schema-engine.ts';

export type MigrateResult = {
  /** The names of the migrations that this call applied, oldest first; empty when none was due. */
  readonly applied: readonly string[];
};

// Any number that nobody else uses; Prisma's engine has 72707369. It is taken first because the
// engine gives up on its own after ten seconds, which a long migration elsewhere may exceed.
const LOCK_KEY = 72_707_370;

/**
 * Brings a PostgreSQL database up to the committed migrations, and creates it if it does not
 * exist. Several processes may do so at once: one works, the others wait and find nothing to do. It
 * writes the ordinary table `_prisma_migrations`, so `prisma migrate deploy` and `prisma migrate
 * resolve` work on the same database. Throws a MigrationError.
 */
export async function migrate(
  databaseUrl: string,
  migrations?: MigrationList,
): Promise<MigrateResult> {
  const migrationsList = migrations ?? (await readMigrations());
  try {
    await createDatabaseIfMissing(databaseUrl);
    return await runOn(databaseUrl, async (client) => {
      await client.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
      const { appliedMigrationNames } = await withSchemaEngine(databaseUrl, (engine) =>
        engine.applyMigrations({ migrationsList, filters: NO_FILTER }),
      );
      return { applied: appliedMigrationNames };
    });
  } catch (error) {
    throw toMigrationError(error);
  }
}
