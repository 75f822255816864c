import pg from 'pg';

/** Creates the schema that a DATABASE_URL names, if it does not exist yet. */
export async function createSchemaIfMissing(
  client: pg.ClientBase,
  schema: string | null,
): Promise<void> {
  if (schema === null) return;
  const { rows } = await client.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  // Checked first, because PostgreSQL requires the right to create it even if it exists.
  if (rows.length > 0) return;
  await client.query(`CREATE SCHEMA IF NOT EXISTS ${pg.escapeIdentifier(schema)}`);
}

/** Makes it the default schema of this session, which must belong to the caller alone. */
export async function useSchema(client: pg.ClientBase, schema: string | null): Promise<void> {
  if (schema === null) return;
  await client.query(`SET search_path = ${pg.escapeIdentifier(schema)}`);
}
