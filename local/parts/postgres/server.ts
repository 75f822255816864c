import pg from 'pg';

import { startPart, type Part } from '../../process/part.ts';
import type { Keeper } from '../../process/keeper.ts';
import { untilPart } from '../../process/until-part.ts';
import { findPostgresBinaries } from './binaries.ts';
import { prepareDataFolder, readPassword } from './data-folder.ts';
import { launchAs, systemUserFor } from './system-user.ts';

export type PostgresOptions = {
  readonly dataFolder: string;
  readonly port: number;
  readonly logPath: string;
  readonly keeper: Keeper;
  /** Server settings beyond the port, as in postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
};

export type PostgresServer = {
  readonly part: Part;
  /** The connection URL of one of its databases, with the password. */
  url(database: string): string;
};

/**
 * Starts the embedded PostgreSQL on 127.0.0.1 and resolves when it accepts connections. Its data
 * folder is created if it does not exist.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  const binaries = await findPostgresBinaries();
  const user = await systemUserFor(options.dataFolder);
  await prepareDataFolder(options.dataFolder, binaries, user);
  const password = await readPassword(options.dataFolder);
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    // No socket file: every PostgreSQL on the machine shares its default folder.
    unix_socket_directories: '',
    ...options.settings,
  };
  const launch = await launchAs(
    user,
    binaries.postgres,
    [
      '-D',
      options.dataFolder,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    [`${options.dataFolder}/PG_VERSION`, binaries.postgres],
  );
  const part = await startPart({
    name: 'PostgreSQL server',
    ...launch,
    env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    cwd: '/',
    logPath: options.logPath,
    // The fast shutdown: rolls back open transactions instead of waiting for them.
    stopSignal: 'SIGINT',
    // A last checkpoint of sample data takes milliseconds; ten seconds allow for a busy disk.
    stopGraceMs: 10_000,
    keeper: options.keeper,
  });
  const url = (database: string) =>
    `postgresql://postgres:${password}@127.0.0.1:${options.port}/${encodeURIComponent(database)}`;
  await untilPart(
    part,
    async () => ((await accepts(url('postgres'))) ? true : null),
    describeFailure,
  );
  return { part, url };
}

function describeFailure(part: Part): string {
  const fatal = part.lastLines(20).findLast((line) => /FATAL|PANIC|ERROR/.test(line));
  const reason = fatal?.replace(/^.*(FATAL|PANIC|ERROR):\s*/, '') ?? 'it logged nothing';
  return `PostgreSQL did not start: ${reason} (see ${part.logPath}). If its data folder is damaged, move it away and start again.`;
}

async function accepts(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 1000 });
  // The server may drop the connection while it is starting; connect() reports that.
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}
