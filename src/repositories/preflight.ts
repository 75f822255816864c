import { TRANSACTION_LIMITS_MS, type Database } from './database.ts';
import { createMigrationReader, type MigrationState } from './migrations.ts';

/** What the server says about itself. */
export type ServerFacts = {
  /** The major version, such as 17. */
  readonly version: number;
  /** Whether it takes no writes: a replica, or a database that is set to read only. */
  readonly isReadOnly: boolean;
};

type DatabaseQuestions = {
  server(): Promise<ServerFacts>;
  /** Which migrations it lacks; none if their list is kept from us and every table is there. */
  migrations(): Promise<MigrationState>;
  /** The limits of a transaction that are not those which it was begun with, by PostgreSQL's names. */
  lostLimits(): Promise<readonly string[]>;
  /** How many of our tables this user may not read and write. */
  forbiddenTables(): Promise<number>;
};

/**
 * Creates the questions that are asked of the database before the service is started. They change
 * nothing. They throw DATABASE_* codes.
 */
export function createDatabaseQuestions(database: Database): DatabaseQuestions {
  async function ask<T>(
    question: (tx: Parameters<Parameters<Database['transaction']>[0]>[0]) => Promise<readonly T[]>,
  ): Promise<readonly T[]> {
    try {
      // In a transaction: only there are the limits set, and the schema of DATABASE_URL.
      return await database.transaction(question);
    } catch (error) {
      throw database.toServiceError(error) ?? error;
    }
  }

  const readMigrations = createMigrationReader(database);

  return {
    async migrations() {
      try {
        return await readMigrations();
      } catch (error) {
        if (database.toServiceError(error) === null) throw error;
        const failure = await database.check();
        if (failure !== null) throw failure;
        return { missing: [], failed: [] };
      }
    },

    async server() {
      const [facts] = await ask(
        (tx) => tx.$queryRaw<ServerFacts[]>`
          SELECT current_setting('server_version_num')::int / 10000 AS "version",
            pg_is_in_recovery() OR current_setting('transaction_read_only')::bool AS "isReadOnly"`,
      );
      if (facts === undefined) throw new Error('The database did not say what it is.');
      return facts;
    },

    async lostLimits() {
      const names = Object.keys(TRANSACTION_LIMITS_MS);
      const settings = await ask(
        (tx) => tx.$queryRaw<{ name: string; ms: number }[]>`
          SELECT name, setting::int AS ms FROM pg_settings WHERE name = ANY(${names})`,
      );
      const found = new Map(settings.map(({ name, ms }) => [name, ms]));
      return Object.entries(TRANSACTION_LIMITS_MS)
        .filter(([name, ms]) => found.get(name) !== ms)
        .map(([name]) => name);
    },

    async forbiddenTables() {
      const [row] = await ask(
        (tx) => tx.$queryRaw<{ count: number }[]>`
          SELECT count(*)::int AS count FROM pg_class
          WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p')
            AND relname <> '_prisma_migrations'
            AND NOT (has_table_privilege(oid, 'SELECT') AND has_table_privilege(oid, 'INSERT')
              AND has_table_privilege(oid, 'UPDATE') AND has_table_privilege(oid, 'DELETE'))`,
      );
      return row?.count ?? 0;
    },
  };
}
