import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '../../process/ports.ts';
import { startKeeper } from '../../process/keeper.ts';
import { startPostgres } from './server.ts';

export type TemporaryPostgres = {
  /** The connection URL of one of its databases; `postgres` exists. */
  url(database: string): string;
  /** Stops the server and deletes its data. */
  stop(): Promise<void>;
};

/**
 * Starts a PostgreSQL server that keeps nothing and never outlives this process, for tests and for
 * tools that need an empty database. Durability is switched off to save time; `settings` are further
 * ones of the server.
 */
export async function startTemporaryPostgres(
  settings: Readonly<Record<string, string>> = {},
): Promise<TemporaryPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'call-processing-postgres-'));
  // mkdtemp makes the folder private, but if this process is root, the server runs as another user.
  await chmod(folder, 0o755);
  const keeper = startKeeper();
  const removeAll = async () => {
    keeper.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const server = await startPostgres({
      dataFolder: join(folder, 'data'),
      logPath: join(folder, 'log'),
      port: await freePort(),
      keeper,
      settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', ...settings },
    });
    return {
      url: server.url,
      async stop() {
        await server.part.stop();
        await removeAll();
      },
    };
  } catch (error) {
    await removeAll();
    throw error;
  }
}
