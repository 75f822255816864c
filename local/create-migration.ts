import { mkdir, writeFile } from 'node:fs/promises';

import { startTemporaryPostgres } from './parts/postgres/temporary.ts';
import { differenceToMigrations } from '../prisma/engine/difference.ts';
import { MIGRATIONS_FOLDER } from '../prisma/engine/files.ts';

// npm run db:migration -- add_site_phones
const name = process.argv[2] ?? '';
if (/^[a-z][a-z0-9_]{0,99}$/.test(name)) {
  await createMigration(name);
} else {
  console.error(
    'A migration needs a name of small letters, digits and underscores, as in "npm run db:migration -- add_site_phones".',
  );
  process.exitCode = 1;
}

/**
 * Writes the migration that takes the committed migrations to `schema.prisma`. The committed ones are
 * applied to a temporary PostgreSQL server, so no other database is touched.
 */
async function createMigration(migrationName: string): Promise<void> {
  const server = await startTemporaryPostgres();
  try {
    const sql = await differenceToMigrations(server.url('postgres'));
    if (sql === null) {
      console.log('Nothing to do: the migrations and prisma/schema.prisma agree.');
      return;
    }
    const folder = `${timestamp(new Date())}_${migrationName}`;
    await mkdir(`${MIGRATIONS_FOLDER}/${folder}`, { recursive: true });
    await writeFile(`${MIGRATIONS_FOLDER}/${folder}/migration.sql`, sql);
    console.log(
      `Wrote prisma/migrations/${folder}/migration.sql. Read it before you run "npm run db:migrate": the engine cannot know whether it would lose data.`,
    );
  } finally {
    await server.stop();
  }
}

/** `20261122204530`, in UTC: how Prisma begins the names of migrations, so that they sort by time. */
function timestamp(now: Date): string {
  return now.toISOString().replaceAll(/\D/g, '').slice(0, 14);
}
