import type pg from 'pg';

import { runOn } from './create-database.ts';
import { MigrationError } from './migration-error.ts';

/**
 * Throws a MigrationError where a pooler gives each transaction another session. The locks and the
 * settings of a migration belong to a session: there they would do nothing for the migration, and
 * harm the next client that is given the session.
 */
export async function assertOwnSession(databaseUrl: string, client: pg.Client): Promise<void> {
  const first = await sessionOf(client);
  await runOn(databaseUrl, async (other) => {
    await other.query('BEGIN');
    // A pooler in transaction mode gives away the session that this client has just used, or, if it
    // hands them out in turn, has another one for this client's next statement.
    const taken = await sessionOf(other);
    const isShared = taken === first || (await sessionOf(client)) !== first;
    await other.query('ROLLBACK');
    if (isShared) {
      throw new MigrationError(
        'DATABASE_URL leads through a connection pooler that gives each transaction another session (transaction mode). The gateway and the workers can use it, a migration cannot: run npm run db:migrate with a DATABASE_URL that leads to PostgreSQL itself, or to the pooler in session mode.',
      );
    }
  });
}

/** The server process behind a connection. */
async function sessionOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}
