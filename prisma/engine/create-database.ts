import pg from 'pg';

import { toDatabaseConnection } from '../../src/repositories/connection/client-config.ts';
import { UtcClient } from '../../src/repositories/connection/utc-client.ts';

/** PostgreSQL's error codes (Appendix A of its manual). */
const DATABASE_DOES_NOT_EXIST = '3D000';
const ALREADY_EXISTS = new Set(['42P04', '23505']);

/**
 * Creates the database that a URL names if it does not exist. Two processes may do so at once: the
 * slower one finds it already created, which counts as success. Throws the driver's error.
 */
export async function createDatabaseIfMissing(databaseUrl: string): Promise<void> {
  try {
    await runOn(databaseUrl, async () => undefined);
  } catch (error) {
    if (codeOf(error) !== DATABASE_DOES_NOT_EXIST) throw error;
    const url = new URL(databaseUrl);
    const name = decodeURIComponent(url.pathname.slice(1));
    // The maintenance database that every PostgreSQL server has.
    url.pathname = '/postgres';
    try {
      await runOn(url.href, (client) =>
        client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`),
      );
    } catch (creationError) {
      if (!ALREADY_EXISTS.has(codeOf(creationError) ?? '')) throw creationError;
    }
  }
}

/** Opens one connection, uses it and closes it. */
export async function runOn<T>(
  databaseUrl: string,
  use: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = new UtcClient({
    ...toDatabaseConnection(databaseUrl).config,
    // A host that drops packets must not block a deployment for minutes; ten seconds are ample.
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** The code of a PostgreSQL, network or engine error. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}
