import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, Connection } from '@temporalio/client';

import { sandboxEnvironment, type SandboxAddresses } from '../../sandbox/environment.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { startProcess, type RunningProcess } from './child-process.ts';
import { createTestDatabase } from './postgres.ts';
import { createSandboxClient, type SandboxClient } from './sandbox-client.ts';
import { startOwnTemporal, type TestTemporal } from './temporal.ts';
import { workflowBundle } from './workflow-bundle.ts';

/** The whole service as it runs in production, beside the sandbox instead of the outside systems. */
export type Service = {
  readonly sandbox: SandboxClient;
  readonly database: Database;
  readonly temporal: TestTemporal;
  readonly client: Client;
  /** Where the gateway is, for requests of another kind than the next. */
  readonly gatewayUrl: string;
  /** A request to the gateway. */
  request(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<{ status: number; headers: Headers; body: Reply }>;
  readonly databaseUrl: string;
  /** Starts a worker process more, of another version if told. All of them are stopped in the end. */
  startWorker(script?: string): Promise<RunningProcess>;
  stop(): Promise<void>;
};

/** A reply's JSON; tests name the fields they expect. */
export type Reply = Readonly<Record<string, unknown>>;

/**
 * Starts PostgreSQL (a database of its own), a Temporal server of its own, the sandbox, the gateway
 * and one worker, all as real processes.
 */
export async function startService(
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly workers?: 0 | 1;
    readonly speechSeconds?: number;
    /** Prepares the migrated database of this service; returns the DATABASE_URL of all who use it. */
    readonly prepareDatabase?: (url: string) => Promise<string>;
  } = {},
): Promise<Service> {
  const stack = new AsyncDisposableStack();
  try {
    const dataDir = await mkdtemp(join(tmpdir(), 'call-processing-sandbox-'));
    stack.defer(() => rm(dataDir, { recursive: true, force: true }));
    const [testDatabase, temporal, sandbox] = await Promise.all([
      createTestDatabase(),
      startOwnTemporal(),
      startSandbox({ dataDir, speechSeconds: options.speechSeconds ?? 0.3 }),
    ]);
    stack.defer(() => testDatabase.drop());
    stack.defer(() => temporal.stop());
    stack.defer(() => sandbox.stop());

    const databaseUrl = (await options.prepareDatabase?.(testDatabase.url)) ?? testDatabase.url;
    const connection = await Connection.connect({ address: temporal.address });
    stack.defer(() => connection.close());
    const database = createDatabase({ url: databaseUrl, poolSize: 3 });
    stack.defer(() => database.close());

    const env = environmentOf(databaseUrl, temporal.address, sandbox.addresses, options.env);
    const startWorker = async (script?: string) => {
      // Another version brings its own workflow code.
      const bundle = script === undefined ? { WORKFLOW_BUNDLE: await workflowBundle() } : {};
      const { process } = await startProcess(
        script ?? 'src/worker.ts',
        { ...env, ...bundle },
        /The worker takes calls/,
      );
      stack.defer(() => process.kill());
      return process;
    };
    const [gateway] = await Promise.all([
      startProcess('src/server.ts', env, /Server listening at (http:[^"]+)/),
      ...(options.workers === 0 ? [] : [startWorker()]),
    ]);
    stack.defer(() => gateway.process.kill());
    const url = gateway.match[1] ?? '';

    return {
      sandbox: createSandboxClient(sandbox.addresses.controlUrl),
      database,
      databaseUrl,
      temporal,
      client: new Client({ connection }),
      gatewayUrl: url,
      async request(method, path, body) {
        const response = await fetch(`${url}${path}`, {
          method,
          ...(body === undefined
            ? {}
            : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        });
        return {
          status: response.status,
          headers: response.headers,
          body: (await response.json()) as Reply,
        };
      },
      startWorker,
      stop: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

function environmentOf(
  databaseUrl: string,
  temporalAddress: string,
  addresses: SandboxAddresses,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return {
    ...sandboxEnvironment(addresses),
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    PORT: '0',
    LOG_LEVEL: 'info',
    // Tests make more calls a minute than a ConnectWise tenant would bear.
    CONNECTWISE_REQUESTS_PER_MINUTE: '10000',
    ...more,
  };
}
