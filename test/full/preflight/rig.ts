import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';

import { sandboxEnvironment } from '../../../sandbox/environment.ts';
import { createTestDatabase } from '../../support/postgres.ts';
import { startOwnTemporal, type TestTemporal } from '../../support/temporal.ts';
import { startTemporarySandbox, type TemporarySandbox } from '../../support/temporary-sandbox.ts';

export type Env = Readonly<Record<string, string>>;

/** What npm run preflight printed, and how it ended. */
type Run = { readonly code: number | null; readonly output: string };

/** A good set-up, and the command that checks it. */
export type PreflightRig = {
  readonly sandbox: TemporarySandbox;
  readonly temporal: TestTemporal;
  /** What a good set-up is described by. */
  readonly env: Env;
  /** An empty folder: the command reads the .env file of the folder in which it is started. */
  readonly folder: string;
  /** Runs the command to its end. `meanwhile` is given its pid. */
  run(env: Env, args?: readonly string[], meanwhile?: (pid: number) => Promise<void>): Promise<Run>;
  stop(): Promise<void>;
};

const PROGRAM = join(import.meta.dirname, '../../../src/preflight.ts');

/** A namespace that nobody has prepared. */
export const BARE_NAMESPACE = 'bare';
/** A namespace that forgets soon. */
export const SHORT_NAMESPACE = 'short';

export async function startPreflightRig(): Promise<PreflightRig> {
  const stack = new AsyncDisposableStack();
  const [database, temporal, sandbox, folder] = await Promise.all([
    createTestDatabase(),
    startOwnTemporal(),
    startTemporarySandbox(),
    mkdtemp(join(tmpdir(), 'call-processing-preflight-')),
  ]);
  stack.defer(() => database.drop());
  stack.defer(() => temporal.stop());
  stack.defer(() => sandbox.stop());
  stack.defer(() => rm(folder, { recursive: true }));
  await prepareNamespaces(temporal.address);
  const env = {
    ...sandboxEnvironment(sandbox.addresses),
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
  };

  return {
    sandbox,
    temporal,
    env,
    folder,
    async run(own, args = [], meanwhile = async () => undefined) {
      const child = spawn(process.execPath, [PROGRAM, ...args], {
        cwd: folder,
        env: { PATH: process.env['PATH'], NO_COLOR: '1', ...own },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const closed = once(child, 'close');
      let output = '';
      child.stdout.on('data', (chunk) => (output += String(chunk)));
      child.stderr.on('data', (chunk) => (output += String(chunk)));
      if (child.pid !== undefined) await meanwhile(child.pid);
      await closed;
      return { code: child.exitCode, output };
    },
    stop: () => stack.disposeAsync(),
  };
}

async function prepareNamespaces(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  const keepFor = (days: number) => msToTs(`${days} days`);
  try {
    await connection.workflowService.updateNamespace({
      namespace: 'default',
      config: { workflowExecutionRetentionTtl: keepFor(30) },
    });
    for (const [namespace, days] of [
      [BARE_NAMESPACE, 30],
      [SHORT_NAMESPACE, 1],
    ] as const) {
      const workflowExecutionRetentionPeriod = keepFor(days);
      await connection.workflowService.registerNamespace({
        namespace,
        workflowExecutionRetentionPeriod,
      });
    }
  } finally {
    await connection.close();
  }
}
