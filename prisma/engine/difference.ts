import { randomUUID } from 'node:crypto';

import type { MigrationList, SchemasContainer } from '@prisma/schema-engine-wasm';
import pg from 'pg';

import { migrate } from './apply.ts';
import { runOn } from './create-database.ts';
import { readMigrations, readSchema } from './files.ts';
import { NO_FILTER, withSchemaEngine } from './schema-engine.ts';

/**
 * The SQL that would bring a database to the schema; `null` if there is nothing to do.
 */
export async function differenceToSchema(
  databaseUrl: string,
  schema?: SchemasContainer,
): Promise<string | null> {
  const target = schema ?? (await readSchema());
  const { exitCode, stdout } = await withSchemaEngine(databaseUrl, (engine) =>
    engine.diff({
      // The database itself; only the provider is read from the files.
      from: { tag: 'schemaDatasource', configDir: '', ...target },
      to: { tag: 'schemaDatamodel', ...target },
      script: true,
      // Makes the engine return 2 if there is a difference, as `prisma migrate diff --exit-code` does.
      exitCode: true,
      filters: NO_FILTER,
    }),
  );
  return exitCode === 0 ? null : stdout;
}

/**
 * The SQL that the migrations lack compared with the schema; `null` if they agree. The migrations are
 * applied to a temporary database on the same server, which is dropped afterwards.
 */
export async function differenceToMigrations(
  databaseUrl: string,
  options: { readonly schema?: SchemasContainer; readonly migrations?: MigrationList } = {},
): Promise<string | null> {
  const shadow = new URL(databaseUrl);
  const name = `msp_shadow_${randomUUID()}`;
  shadow.pathname = `/${name}`;
  try {
    await migrate(shadow.href, options.migrations ?? (await readMigrations()));
    return await differenceToSchema(shadow.href, options.schema);
  } finally {
    const server = new URL(databaseUrl);
    server.pathname = '/postgres';
    await runOn(server.href, (client) =>
      client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`),
    );
  }
}
