import type { SystemName } from '../../../sandbox/core/faults.ts';
import { sandboxEnvironment, type SandboxAddresses } from '../../../sandbox/environment.ts';
import type { TestTemporal } from '../../support/temporal.ts';
import type { OwnPostgres } from './own-postgres.ts';
import type { OwnSandbox } from './own-sandbox.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

/** The proxies between one process and everything it needs: each connection can be made to fail. */
export type Links = Readonly<Record<'database' | 'temporal' | SystemName, TcpProxy>>;

const ADDRESS_OF = {
  phoneSystem: 'phoneSystemUrl',
  storage: 'storageApiEndpoint',
  speech: 'speechApiEndpoint',
  transcription: 'transcriptionBaseUrl',
  connectwise: 'connectwiseUrl',
  languageModel: 'languageModelBaseUrl',
} as const satisfies Record<SystemName, keyof SandboxAddresses>;

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
  const toSandbox = (system: SystemName) =>
    startTcpProxy(() => Number(new URL(sandbox.addresses()[ADDRESS_OF[system]]).port));
  const links: Links = {
    database: await startTcpProxy(() => postgres.port),
    temporal: await startTcpProxy(() => temporal.port),
    phoneSystem: await toSandbox('phoneSystem'),
    storage: await toSandbox('storage'),
    speech: await toSandbox('speech'),
    transcription: await toSandbox('transcription'),
    connectwise: await toSandbox('connectwise'),
    languageModel: await toSandbox('languageModel'),
  };
  const addresses = { ...sandbox.addresses() };
  for (const [system, name] of Object.entries(ADDRESS_OF)) {
    const port = links[system as SystemName].port;
    addresses[name] = addresses[name].replace(/:\d+/, `:${port}`);
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
