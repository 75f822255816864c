import { SYSTEM_NAMES, SYSTEMS } from '../../../sandbox/core/systems.ts';
import type { SystemName } from '../../../sandbox/core/systems.ts';
import { sandboxEnvironment } from '../../../sandbox/environment.ts';
import type { TestTemporal } from '../../support/temporal.ts';
import type { OwnPostgres } from './own-postgres.ts';
import type { OwnSandbox } from './own-sandbox.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** The proxies between one process and everything it needs: each connection can be made to fail. */
export type Links = Readonly<Record<'database' | 'temporal' | SystemName, TcpProxy>>;

type Servers = {
  readonly postgres: OwnPostgres;
  readonly temporal: TestTemporal;
  readonly sandbox: OwnSandbox;
};

/** Opens a process's links and gives the environment that makes it use them. */
export async function openLinks({ postgres, temporal, sandbox }: Servers): Promise<{
  readonly links: Links;
  readonly env: Record<string, string>;
  close(): Promise<void>;
}> {
  const proxies = SYSTEM_NAMES.map(async (system) => {
    const portOf = () => Number(new URL(sandbox.addresses()[SYSTEMS[system].address]).port);
    return [system, await startTcpProxy(portOf)] as const;
  });
  const links = {
    database: await startTcpProxy(() => postgres.port),
    temporal: await startTcpProxy(() => temporal.port),
    ...Object.fromEntries(await Promise.all(proxies)),
  } as Links;
  const addresses = { ...sandbox.addresses() };
  for (const system of SYSTEM_NAMES) {
    const { address } = SYSTEMS[system];
    addresses[address] = addresses[address].replace(/:\d+/, `:${links[system].port}`);
  }
  return {
    links,
    env: {
      ...sandboxEnvironment(addresses),
      DATABASE_URL: postgres.url(links.database.port),
      TEMPORAL_ADDRESS: `127.0.0.1:${links.temporal.port}`,
    },
    close: async () => {
      await Promise.all(Object.values(links).map((link) => link.close()));
    },
  };
}
