import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { SchemaEngine as Engine, SchemaFilter } from '@prisma/schema-engine-wasm';
import pg from 'pg';

import { toDatabaseConnection } from '../../src/repositories/connection/client-config.ts';
import { CatalogueClient, createCatalogueAdapter } from './catalogue-adapter.ts';
import { useSchema } from './schema-of-url.ts';
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
  const { address, config } = toDatabaseConnection(databaseUrl);
  const pool = new pg.Pool({
    ...config,
    Client: CatalogueClient,
    // One session: the engine holds an advisory lock while it migrates, and such a lock belongs to a session.
    max: 1,
    idleTimeoutMillis: 0,
    // Not as parameters of the connection, which poolers in session mode refuse.
    // oxlint-disable-next-line typescript/no-misused-promises -- the pool awaits it; its types do not say so.
    onConnect: async (client) => {
      await client.query(`SET lock_timeout = ${LOCK_TIMEOUT_MS}`);
      await useSchema(client, address.schema);
    },
  });
  // If a connection breaks while it is idle, the next query fails and reports it.
  pool.on('error', () => undefined);
  try {
    const engine = await SchemaEngine.new(
      { datamodels: undefined },
      () => undefined,
      bindMigrationAwareSqlAdapterFactory(createCatalogueAdapter(pool, address.schema)),
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
