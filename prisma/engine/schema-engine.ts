import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine as Engine, SchemaFilter } from '@prisma/schema-engine-wasm';
import pg from 'pg';

import { CatalogueClient, createCatalogueAdapter } from './catalogue-adapter.ts';
import { SchemaEngine } from './wasm.ts';

// A statement that waits for a lock makes everybody wait who comes after it. Two seconds of that are
// what calls under way bear without noticing; then the migration steps back.
const LOCK_TIMEOUT_MS = 2_000;

/** Nothing in the database is hidden from the engine: every table in it is ours. */
export const NO_FILTER: SchemaFilter = { externalTables: [], externalEnums: [] };

/**
 * Runs a function with Prisma's schema engine connected to a database. It is the engine of `prisma
 * migrate`, built as WebAssembly: the native one would have to be downloaded from a host that a
 * closed network does not reach.
 */
export async function withSchemaEngine<T>(
  databaseUrl: string,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    Client: CatalogueClient,
    // One session: the engine holds an advisory lock while it migrates, and locks are a session's.
    max: 1,
    lock_timeout: LOCK_TIMEOUT_MS,
    idleTimeoutMillis: 0,
  });
  // A connection that breaks while idle breaks the next query too, and that one reports it.
  pool.on('error', () => undefined);
  try {
    const engine = await SchemaEngine.new(
      { datamodels: undefined },
      () => undefined,
      bindMigrationAwareSqlAdapterFactory(createCatalogueAdapter(pool)),
    );
    try {
      return await use(engine);
    } finally {
      engine.free();
    }
  } finally {
    // Ends the session, and with it the engine's lock.
    await pool.end();
  }
}
