import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, Connection } from '@temporalio/client';

import { startKeeper } from '../../local/process/keeper.ts';
import { sandboxEnvironment, type SandboxAddresses } from '../../sandbox/environment.ts';
import { startSandbox } from '../../sandbox/sandbox.ts';
import { createDatabase } from '../../src/repositories/database.ts';
import { startOwnProcess } from './own-process.ts';
import { createTestDatabase } from './postgres.ts';
import { createRecordingMaker } from './recordings.ts';
import { askGateway, gatewayOf, workerOf, type Rig, type WorkerOptions } from './rig.ts';
import { createSandboxClient } from './sandbox-client.ts';
import { startTemporalIn } from './temporal.ts';
import { workflowBundle } from './workflow-bundle.ts';

/** The whole service as it runs in production, beside the sandbox instead of the outside systems. */
export type Service = Rig & {
  /** Where the gateway listens, for requests that `request` cannot express. */
  readonly gatewayUrl: string;
  readonly databaseUrl: string;
  /** Where the stand-ins for the outside systems listen. */
  readonly addresses: SandboxAddresses;
};

/**
 * Starts a database, a Temporal server, the sandbox, a gateway and workers (1), for one test file
 * alone. What is ours runs as processes, as in production.
 */
export async function startService(
  options: {
    readonly env?: Readonly<Record<string, string>>;
    readonly workers?: 0 | 1;
    readonly speechSeconds?: number;
    /** Of the transcription server; any number if left out. */
    readonly transcriptionsAtOnce?: number;
    /** Where recordings lie that name a file; the sandbox's own if left out. */
    readonly samplesDir?: string;
    /** Prepares the migrated database of this service; returns the DATABASE_URL of all who use it. */
    readonly prepareDatabase?: (url: string) => Promise<string>;
  } = {},
): Promise<Service> {
  const stack = new AsyncDisposableStack();
  try {
    const folder = await mkdtemp(join(tmpdir(), 'call-processing-service-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const keeper = stack.adopt(startKeeper(), (opened) => opened.close());
    const home = { folder, keeper };
    const [testDatabase, temporal, inProcess] = await Promise.all([
      createTestDatabase(),
      startTemporalIn(home),
      startSandbox({
        dataDir: join(folder, 'sandbox'),
        speechSeconds: options.speechSeconds ?? 0.3,
        transcriptionsAtOnce: options.transcriptionsAtOnce ?? Infinity,
        ...(options.samplesDir === undefined ? {} : { samplesDir: options.samplesDir }),
      }),
      workflowBundle(),
    ]);
    stack.defer(() => testDatabase.drop());
    stack.defer(() => temporal.stop());
    stack.defer(() => inProcess.stop());

    const databaseUrl = (await options.prepareDatabase?.(testDatabase.url)) ?? testDatabase.url;
    const connection = await Connection.connect({ address: temporal.address });
    stack.defer(() => connection.close());
    const database = createDatabase({ url: databaseUrl, poolSize: 3 });
    stack.defer(() => database.close());

    const env = {
      ...sandboxEnvironment(inProcess.addresses),
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: temporal.address,
      ...options.env,
    };
    let workers = 0;
    const startWorker = async (worker?: WorkerOptions) => {
      workers += 1;
      const { process } = await startOwnProcess(
        `worker-${workers}`,
        await workerOf(env, worker),
        home,
      );
      stack.defer(() => process.kill());
      return process;
    };
    const [gateway] = await Promise.all([
      startOwnProcess('gateway', gatewayOf(env), home),
      ...(options.workers === 0 ? [] : [startWorker()]),
    ]);
    stack.defer(() => gateway.process.kill());
    const gatewayUrl = gateway.match[1] ?? '';

    const sandbox = createSandboxClient(inProcess.addresses.controlUrl);
    return {
      sandbox,
      database,
      databaseUrl,
      addresses: inProcess.addresses,
      temporal,
      client: new Client({ connection }),
      recorder: null,
      addRecording: createRecordingMaker(() => sandbox).add,
      gatewayUrl,
      request: (...parameters) => askGateway(gatewayUrl, ...parameters),
      startWorker,
      stop: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
