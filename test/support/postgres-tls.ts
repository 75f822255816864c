import { chmod, chown, copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { runOn } from '../../prisma/engine/create-database.ts';
import type { Certificate } from './certificates.ts';
import { waitFor } from './wait-for.ts';

/** Gives the running server its certificate. Clients that want no encryption notice nothing. */
export async function switchTlsOn(
  url: string,
  server: Certificate,
  authority: Certificate,
): Promise<void> {
  await runOn(url, async (client) => {
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    const folder = rows[0]?.data_directory ?? '';
    const { uid, gid } = await stat(folder);
    for (const [source, name] of [
      [server.certificate, 'server.crt'],
      [server.key, 'server.key'],
      [authority.certificate, 'authority.crt'],
    ] as const) {
      const target = join(folder, name);
      await copyFile(source, target);
      // PostgreSQL refuses a key that others may read.
      await chmod(target, 0o600);
      await chown(target, uid, gid);
    }
    await client.query(`ALTER SYSTEM SET ssl_ca_file = 'authority.crt'`);
    await client.query('ALTER SYSTEM SET ssl = on');
    await client.query('SELECT pg_reload_conf()');
  });
  await waitFor('the server to offer encryption', () =>
    runOn(url, async (client) => (await client.query('SHOW ssl')).rows[0].ssl === 'on'),
  );
}

/** Lets the server offer no encryption again. */
export async function switchTlsOff(url: string): Promise<void> {
  await runOn(url, async (client) => {
    await client.query('ALTER SYSTEM RESET ssl');
    await client.query('SELECT pg_reload_conf()');
  });
}
