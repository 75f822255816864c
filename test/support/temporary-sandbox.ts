import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { FaultInput } from '../../sandbox/core/faults.ts';
import { sandboxEnvironment } from '../../sandbox/environment.ts';
import { startSandbox, type Sandbox } from '../../sandbox/sandbox.ts';

export type TemporarySandbox = {
  readonly addresses: Sandbox['addresses'];
  /** A variable of the environment that a worker of this sandbox has. */
  env(name: string): string;
  fault(input: FaultInput): Promise<void>;
  /** How often an operation was asked for, such as `speech.BatchRecognize`. */
  hits(operation: string): Promise<number>;
  stop(): Promise<void>;
};

/** A sandbox of the caller's own, with the project's samples and an empty state that goes with it. */
export async function startTemporarySandbox(speechSeconds = 0.2): Promise<TemporarySandbox> {
  const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-'));
  const sandbox = await startSandbox({ dataDir, speechSeconds });
  const { addresses } = sandbox;
  const environment = sandboxEnvironment(addresses);
  return {
    addresses,
    env(name) {
      const value = environment[name];
      if (value === undefined) throw new Error(`The sandbox's environment has no ${name}.`);
      return value;
    },
    async fault(input) {
      const response = await fetch(`${addresses.controlUrl}/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(input),
      });
      if (response.status !== 201)
        throw new Error(`The fault was refused: ${await response.text()}`);
    },
    async hits(operation) {
      const hits = (await (await fetch(`${addresses.controlUrl}/hits`)).json()) as {
        total: Record<string, number>;
      };
      return hits.total[operation] ?? 0;
    },
    async stop() {
      await sandbox.stop();
      await rm(dataDir, { recursive: true });
    },
  };
}
