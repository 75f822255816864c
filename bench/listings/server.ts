import { chmod, mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import {
  startTemporaryPostgres,
  type TemporaryPostgres,
} from '../../local/parts/postgres/temporary.ts';
import { startPostgres } from '../../local/parts/postgres/server.ts';
import { startKeeper } from '../../local/process/keeper.ts';
import { freePort } from '../../local/process/ports.ts';

/** Starts a PostgreSQL server that keeps its data in a folder, or nothing without one. */
export async function startServer(folder: string | undefined): Promise<TemporaryPostgres> {
  if (folder === undefined) return startTemporaryPostgres();
  await mkdir(folder, { recursive: true });
  // If this process is root, the server runs as another user, which has to enter.
  await chmod(folder, 0o755);
  const keeper = startKeeper();
  const { part, url } = await startPostgres({
    dataFolder: resolve(folder, 'data'),
    logPath: join(folder, 'log'),
    port: await freePort(),
    keeper,
    // A crash of the machine may cost the data, which are invented.
    settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' },
  });
  return {
    url,
    async stop() {
      await part.stop();
      keeper.close();
    },
  };
}
