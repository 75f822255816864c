import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { freePort } from '../../local/process/ports.ts';
import { runOn } from '../../prisma/engine/create-database.ts';
import { PROGRAM_ENV } from './skip-without.ts';
import { waitFor } from './wait-for.ts';

export type Pooler = {
  /** The same database through the pooler. */
  through(databaseUrl: string): string;
  stop(): Promise<void>;
};

/** Starts a real PgBouncer, as Debian ships it, in front of the server of `databaseUrl`. */
export async function startPgbouncer(
  databaseUrl: string,
  poolMode: 'transaction' | 'session' = 'transaction',
): Promise<Pooler> {
  const { hostname, port, password } = new URL(databaseUrl);
  const listenPort = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'call-processing-pgbouncer-'));
  await chmod(folder, 0o755);
  const configuration = join(folder, 'pgbouncer.ini');
  await writeFile(
    configuration,
    [
      '[databases]',
      `* = host=${hostname} port=${port} user=postgres password=${password}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${listenPort}`,
      'unix_socket_dir =',
      'auth_type = any',
      `pool_mode = ${poolMode}`,
      // Fewer sessions than the service keeps connections, so that each transaction gets another.
      'default_pool_size = 3',
    ].join('\n'),
  );
  // It refuses to run as root.
  const user = process.getuid?.() === 0 ? ['--user', 'nobody'] : [];
  const child = spawn('pgbouncer', [...user, configuration], {
    env: PROGRAM_ENV,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (data) => (log += String(data)));
  const exited = once(child, 'exit');
  const through = (url: string) =>
    Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(listenPort) }).href;
  const stop = async () => {
    child.kill('SIGINT');
    // SIGINT waits for clients to leave; those that stay have their answers by now.
    setTimeout(() => child.kill('SIGKILL'), 2_000).unref();
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitFor('PgBouncer to accept connections', async () => {
      if (child.exitCode !== null) throw new Error(`PgBouncer ended:\n${log}`);
      return runOn(through(databaseUrl), async () => true).catch(() => null);
    });
  } catch (error) {
    // Nobody else knows of it, and a child that runs keeps the tests' process from ending.
    await stop();
    throw error;
  }
  return { through, stop };
}
