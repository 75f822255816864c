import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startKeeper } from '../../local/process/keeper.ts';
import { startOwnProcess, type OwnProcess } from './own-process.ts';
import { gatewayOf } from './rig.ts';

/** A gateway process without the rest of the service. */
export type OwnGateway = {
  readonly process: OwnProcess;
  readonly url: string;
  readonly port: number;
  /** Kills it if it still runs, and deletes its log. */
  remove(): Promise<void>;
};

// Nobody listens there. The gateway does without Temporal until a request needs it.
const NO_TEMPORAL = '127.0.0.1:1';

/** Starts a gateway with this database and, unless the environment says otherwise, no Temporal. */
export async function startOwnGateway(
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<OwnGateway> {
  const folder = await mkdtemp(join(tmpdir(), 'call-processing-gateway-'));
  const keeper = startKeeper();
  const removeHome = async () => {
    keeper.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const options = gatewayOf({
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: NO_TEMPORAL,
      ...env,
    });
    const { process, match } = await startOwnProcess('gateway', options, { folder, keeper });
    const url = match[1] ?? '';
    return {
      process,
      url,
      port: Number(new URL(url).port),
      async remove() {
        await process.kill();
        await removeHome();
      },
    };
  } catch (error) {
    await removeHome();
    throw error;
  }
}
