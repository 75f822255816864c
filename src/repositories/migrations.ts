import { readdirSync } from 'node:fs';

import type { PrismaClient } from '../generated/prisma/client.ts';
import type { Database } from './database.ts';

/** What the database says of migrations. */
export type MigrationState = {
  /** Migrations of this version that the database lacks, oldest first. */
  readonly missing: readonly string[];
  /** Migrations, of whatever version, that were begun, failed, and were not resolved since. */
  readonly failed: readonly string[];
};

type Row = {
  readonly name: string;
  readonly isFinished: boolean;
  readonly hasFailed: boolean;
};

const FOLDER = new URL('../../prisma/migrations/', import.meta.url);

/**
 * Creates what compares the database's migrations with those of this version. It does not mind
 * migrations of a newer version, which only add: they are applied before the processes are replaced.
 */
export function createMigrationReader(database: Pick<Database, 'transaction'>) {
  const ours = readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();

  return async (): Promise<MigrationState> => {
    // In a transaction, because only there raw statements find the schema of DATABASE_URL.
    const rows = await database.transaction((tx) => readRows(tx));
    const finished = new Set(rows.filter((row) => row.isFinished).map(({ name }) => name));
    return {
      missing: ours.filter((name) => !finished.has(name)),
      failed: rows
        .filter(({ name, hasFailed }) => hasFailed && !finished.has(name))
        .map(({ name }) => name),
    };
  };
}

/** Prisma notes the error of a migration that failed; one that is being applied has none yet. */
function readRows(tx: Pick<PrismaClient, '$queryRaw'>): Promise<Row[]> {
  return tx.$queryRaw<Row[]>`
    SELECT migration_name AS "name",
      finished_at IS NOT NULL AND rolled_back_at IS NULL AS "isFinished",
      finished_at IS NULL AND rolled_back_at IS NULL AND logs IS NOT NULL AS "hasFailed"
    FROM _prisma_migrations ORDER BY started_at`;
}
