import { join } from 'node:path';

import type { SandboxAddresses } from '../../../sandbox/environment.ts';
import { startOwnProcess, type OwnProcess, type ProcessHome } from '../../support/own-process.ts';
import { createSandboxClient, type SandboxClient } from '../../support/sandbox-client.ts';

/** The sandbox as a process of its own; what it acknowledged outlives its death. */
export type OwnSandbox = {
  /** Where it listens; other ports after each start. */
  addresses(): SandboxAddresses;
  client(): SandboxClient;
  kill(): Promise<void>;
  start(): Promise<void>;
  isRunning(): boolean;
};

/** Starts the sandbox with its state in the rig's folder. */
export async function startOwnSandbox(
  home: ProcessHome,
  speechSeconds: number,
): Promise<OwnSandbox> {
  let starts = 0;
  let running: { process: OwnProcess; addresses: SandboxAddresses };
  const start = async () => {
    starts += 1;
    const options = {
      script: 'sandbox/main.ts',
      args: [
        ...['--base-port', '0', '--data-dir', join(home.folder, 'sandbox')],
        ...['--speech-seconds', String(speechSeconds)],
      ],
      env: {},
      ready: /^\{"addresses":.*$/m,
    };
    const { process, match } = await startOwnProcess(`sandbox-${starts}`, options, home);
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
