import type pg from 'pg';

import { runOn } from './create-database.ts';
import { MigrationError } from './migration-error.ts';

/**
 * Throws a MigrationError if a pooler gives each transaction another session. The locks and settings of
 * a migration belong to its session: behind such a pooler they would not protect the migration, and
 * would affect the next client that gets the session.
 */
export async function assertOwnSession(databaseUrl: string, client: pg.Client): Promise<void> {
  const first = await sessionOf(client);
  await runOn(databaseUrl, async (other) => {
    await other.query('BEGIN');
    // A pooler in transaction mode gives this connection the session that the other client has just
    // used, or, if it rotates its sessions, gives that client another one for its next statement.
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
