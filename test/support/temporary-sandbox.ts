import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { sandboxEnvironment } from '../../sandbox/environment.ts';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.ts';
import { createSandboxClient, type SandboxClient } from './sandbox-client.ts';

export type TemporarySandbox = {
  readonly addresses: Sandbox['addresses'];
  /** Its control plane. */
  readonly client: SandboxClient;
  /** A variable of the environment that a worker of this sandbox has. */
  env(name: string): string;
  readonly fault: SandboxClient['fault'];
  /** How often an operation was asked for, such as `speech.BatchRecognize`. */
  hits(operation: string): Promise<number>;
  stop(): Promise<void>;
};

/** A sandbox of the test's own, with the project's samples and a state that ends with it. */
export async function startTemporarySandbox(speechSeconds = 0.2): Promise<TemporarySandbox> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const sandbox = await startSandbox({ dataDir, speechSeconds });
  const { addresses } = sandbox;
  const client = createSandboxClient(addresses.controlUrl);
  const environment = sandboxEnvironment(addresses);
  return {
    addresses,
    client,
    env(name) {
      const value = environment[name];
      if (value === undefined) throw new Error(`The sandbox's environment has no ${name}.`);
      return value;
    },
    fault: client.fault,
    hits: async (operation) => (await client.hits()).total[operation] ?? 0,
    async stop() {
      await sandbox.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}
