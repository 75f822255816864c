import { join } from 'node:path';

import { freePort } from '../../../local/process/ports.ts';
import { startPostgres } from '../../../local/parts/postgres/server.ts';
import { migrate } from '../../../prisma/engine/apply.ts';
import { toOwnProcess, type OwnProcess, type ProcessHome } from '../../support/own-process.ts';
import { DATABASE_ZONE } from '../../support/zones.ts';

/** A PostgreSQL server whose data outlives its death. */
export type OwnPostgres = {
  readonly port: number;
  /** A URL of the migrated database; through a proxy when its port is given. */
  url(port?: number): string;
  /** `pg_ctl stop -m immediate`: every session breaks off, and the next start begins with recovery. */
  stopImmediately(): Promise<void>;
  /** Starts it again on the same data and port. */
  start(): Promise<void>;
  isRunning(): boolean;
};

const DATABASE = 'calls';

/** Starts a PostgreSQL server with a migrated database in the rig's folder. */
export async function startOwnPostgres({ folder, keeper }: ProcessHome): Promise<OwnPostgres> {
  const port = await freePort();
  let server: OwnProcess;
  let ownUrl = '';
  const start = async () => {
    const { part, url } = await startPostgres({
      dataFolder: join(folder, 'postgres'),
      logPath: join(folder, 'logs', 'postgres.log'),
      port,
      keeper,
      settings: {
        // A commit is written before it is acknowledged, which is enough to survive the death of the
        // server. Only the death of the machine would need more, and no test provokes that.
        fsync: 'off',
        // Three workers, the gateway and the test itself, with room for sessions not yet torn down.
        max_connections: '200',
        timezone: DATABASE_ZONE,
      },
    });
    server = toOwnProcess(part);
    ownUrl = url(DATABASE);
  };
  await start();
  const url = (at = port) => {
    const through = new URL(ownUrl);
    through.port = String(at);
    return through.href;
  };
  await migrate(url());
  return {
    port,
    url,
    async stopImmediately() {
      // The signal by which PostgreSQL shuts down immediately.
      if (server.isRunning()) process.kill(server.pid, 'SIGQUIT');
      await server.exited;
    },
    start,
    isRunning: () => server.isRunning(),
  };
}
