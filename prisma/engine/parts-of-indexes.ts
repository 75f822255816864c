import type { MigrationList } from '@prisma/schema-engine-wasm';
import pg from 'pg';

/** An index that is the whole of its migration, behind comments: its name, with or without quotation marks. */
const ONLY_AN_INDEX =
  /^(?:\s|--.*\n)*CREATE (?:UNIQUE )?INDEX CONCURRENTLY (?:"(?<quoted>[^"]+)"|(?<plain>\w+))/i;

/**
 * Removes what these migrations have left of indexes that they did not finish. PostgreSQL builds such an
 * index outside of a transaction, so when it gives up or is killed, an unusable one stays, whose name is
 * taken. Writers are not kept out meanwhile. Returns those of the migrations that are undone thereby.
 */
export async function removePartsOfIndexes(
  unfinished: readonly string[],
  { migrationDirectories }: MigrationList,
  client: pg.Client,
): Promise<string[]> {
  const undone: string[] = [];
  for (const { path, migrationFile } of migrationDirectories) {
    const { content } = migrationFile;
    const groups =
      content.tag === 'ok' && unfinished.includes(path)
        ? ONLY_AN_INDEX.exec(content.value)?.groups
        : undefined;
    const name = groups?.['quoted'] ?? groups?.['plain']?.toLowerCase();
    if (name === undefined) continue;
    await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${pg.escapeIdentifier(name)}`);
    undone.push(path);
  }
  return undone;
}
