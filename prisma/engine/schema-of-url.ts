import pg from 'pg';

/** Creates the schema that a DATABASE_URL names, if it names one that is not there. */
export async function createSchemaIfMissing(
  client: pg.ClientBase,
  schema: string | null,
): Promise<void> {
  if (schema === null) return;
  const { rows } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  // Asked for first, because PostgreSQL wants the right to create it even when nothing is to be done.
  if (rows.length > 0) return;
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(schema)}`);
}

/** Makes it the place of all names without a schema in this session, which has to be the caller's own. */
export async function useSchema(client: pg.ClientBase, schema: string | null): Promise<void> {
  if (schema === null) return;
  await client.query(`SET search_path = ${pg.escapeIdentifier(schema)}`);
}
