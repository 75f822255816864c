import '../src/process/node-version.cjs';

import { mkdir, writeFile } from 'node:fs/promises';

import { readArguments, refuseArguments } from '../src/process/arguments.ts';
import { startTemporaryPostgres } from './parts/postgres/temporary.ts';
import { differenceToMigrations } from '../prisma/engine/difference.ts';
import { MIGRATIONS_FOLDER } from '../prisma/engine/files.ts';

const command = {
  name: 'npm run db:migration',
  does: 'Writes the migration that leads from prisma/migrations to prisma/schema.prisma. It is worked out on a PostgreSQL server of its own, which is started for it and thrown away.',
  operands: {
    name: 'NAME',
    help: 'Lower-case letters, digits and underscores, such as add_site_phones.',
    atLeast: 1,
    atMost: 1,
  },
};

const [name = ''] = readArguments(command).operands;
if (!/^[a-z][a-z0-9_]{0,99}$/.test(name)) {
  refuseArguments(command, `${name} is not a name of lower-case letters, digits and underscores`);
}
await createMigration(name);
// Prisma's engine leaves a timer behind, the ten seconds for which it would have waited for its lock.
process.exit();

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
