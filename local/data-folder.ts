import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What the local run makes in its data folder, besides the database, which PostgreSQL keeps closed. */
const MADE_HERE = [
  ['logs', 0o700],
  ['sandbox', 0o700],
  ['temporal', 0o700],
  ['run.json', 0o600],
  ['run.lock', 0o600],
] as const;

/**
 * Closes the data folder to the other users of this machine: what this process and its parts make from
 * now on, and what earlier versions made and left open. A folder that the user has chosen may hold other
 * things too, so only what was made in it is closed.
 */
export function closeDataFolder(dataFolder: string, projectFolder: string): void {
  // The parts inherit it.
  process.umask(0o077);
  mkdirSync(dataFolder, { recursive: true });
  if (dataFolder === resolve(projectFolder, '.data')) chmodSync(dataFolder, 0o700);
  for (const [name, mode] of MADE_HERE) {
    const path = join(dataFolder, name);
    if (existsSync(path)) chmodSync(path, mode);
  }
}
