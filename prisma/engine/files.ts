import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import type {
  MigrationDirectory,
  MigrationList,
  SchemasContainer,
} from '@prisma/schema-engine-wasm';

/** The folder of the committed migrations. */
export const MIGRATIONS_FOLDER = fileURLToPath(new URL('../migrations', import.meta.url));

const SCHEMA_PATH = fileURLToPath(new URL('../schema.prisma', import.meta.url));

/** `schema.prisma` in the form that the engine expects. */
export async function readSchema(path = SCHEMA_PATH): Promise<SchemasContainer> {
  return { files: [{ path, content: await readFile(path, 'utf8') }] };
}

/** The migrations in a folder, oldest first, in the form that the engine expects. */
export async function readMigrations(folder = MIGRATIONS_FOLDER): Promise<MigrationList> {
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
  const lockfile = await readFile(`${folder}/migration_lock.toml`, 'utf8');
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: lockfile },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(names.map((name) => readMigration(folder, name))),
  };
}

async function readMigration(folder: string, name: string): Promise<MigrationDirectory> {
  const value = await readFile(`${folder}/${name}/migration.sql`, 'utf8');
  return { path: name, migrationFile: { path: 'migration.sql', content: { tag: 'ok', value } } };
}
