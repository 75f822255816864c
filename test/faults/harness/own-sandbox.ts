import { join } from 'node:path';

import type { Keeper } from '../../../local/process/keeper.ts';
import type { SandboxAddresses } from '../../../sandbox/environment.ts';
import { createSandboxClient, type SandboxClient } from '../../support/sandbox-client.ts';
import { startOwnProcess, type OwnProcess } from './own-process.ts';

/** The sandbox as a process of its own; what it acknowledged outlives its death. */
export type OwnSandbox = {
  /** Where it listens; other ports after each start. */
  addresses(): SandboxAddresses;
  client(): SandboxClient;
  kill(): Promise<void>;
  start(): Promise<void>;
  isRunning(): boolean;
};

/** Starts the sandbox with its state under `folder`. */
export async function startOwnSandbox(
  folder: string,
  keeper: Keeper,
  speechSeconds: number,
): Promise<OwnSandbox> {
  let starts = 0;
  let running: { process: OwnProcess; addresses: SandboxAddresses };
  const start = async () => {
    starts += 1;
    const { process, match } = await startOwnProcess({
      name: `sandbox-${starts}`,
      script: 'sandbox/main.ts',
      args: [
        ...['--base-port', '0', '--data-dir', join(folder, 'sandbox')],
        ...['--speech-seconds', String(speechSeconds)],
      ],
      env: {},
      ready: /^\{"addresses":.*$/m,
      folder,
      keeper,
    });
    running = { process, addresses: (JSON.parse(match[0]) as typeof running).addresses };
  };
  await start();
  return {
    addresses: () => running.addresses,
    client: () => createSandboxClient(running.addresses.controlUrl),
    kill: () => running.process.kill(),
    start,
    isRunning: () => running.process.isRunning(),
  };
}
