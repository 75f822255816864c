import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine as Engine, SchemaFilter } from '@prisma/schema-engine-wasm';
import pg from 'pg';

import { CatalogueClient, createCatalogueAdapter } from './catalogue-adapter.ts';
import { SchemaEngine } from './wasm.ts';

// A statement that waits for a lock blocks every later one that needs it. Calls in progress do not
// notice a wait of two seconds; after that the migration gives way.
const LOCK_TIMEOUT_MS = 2_000;

/** Hides nothing in the database from the engine: every table in it is ours. */
export const NO_FILTER: SchemaFilter = { externalTables: [], externalEnums: [] };

/**
 * Runs a function with Prisma's schema engine connected to a database. It is the engine of `prisma
 * migrate`, compiled to WebAssembly: the native one would have to be downloaded from a host that cannot
 * be reached from a closed network.
 */
export async function withSchemaEngine<T>(
  databaseUrl: string,
  use: (engine: Engine) => Promise<T>,
): Promise<T> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    Client: CatalogueClient,
    // One session: the engine holds an advisory lock while it migrates, and such a lock belongs to a session.
    max: 1,
    lock_timeout: LOCK_TIMEOUT_MS,
    idleTimeoutMillis: 0,
  });
  // If a connection breaks while it is idle, the next query fails and reports it.
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
