import { mkdtemp, chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, Connection } from '@temporalio/client';

import { startKeeper } from '../../../local/process/keeper.ts';
import { createDatabase } from '../../../src/repositories/database.ts';
import { startOwnProcess, type OwnProcess } from '../../support/own-process.ts';
import { createRecorder, type Recorder } from '../../support/recorder.ts';
import { createRecordingMaker, type Recording } from '../../support/recordings.ts';
import {
  askGateway,
  gatewayOf,
  workerOf,
  type Rig,
  type WorkerOptions,
} from '../../support/rig.ts';
import { startTemporalIn } from '../../support/temporal.ts';
import { workflowBundle } from '../../support/workflow-bundle.ts';
import { openLinks, type Links } from './links.ts';
import { startOwnPostgres, type OwnPostgres } from './own-postgres.ts';
import { startOwnSandbox, type OwnSandbox } from './own-sandbox.ts';
import { startSessionSampler, type SessionSampler } from './session-sampler.ts';

/** A process of ours with links of its own to everything it needs. */
export type LinkedProcess = OwnProcess & { readonly links: Links };

/** The whole service on servers of its own, every part of which can be killed and restarted. */
export type Cluster = Omit<Rig, 'startWorker'> & {
  readonly folder: string;
  readonly postgres: OwnPostgres;
  readonly sandboxProcess: OwnSandbox;
  readonly recorder: Recorder;
  readonly sampler: SessionSampler;
  /** Every worker that was ever started, in order, the dead ones too. */
  readonly workers: readonly LinkedProcess[];
  startWorker(options?: WorkerOptions): Promise<LinkedProcess>;
  gateway(): LinkedProcess;
  /** Starts another gateway, which takes the place of the one before. */
  startGateway(): Promise<LinkedProcess>;
  /** Everything that was added, for the checker. */
  readonly recordings: readonly Recording[];
};

export type ClusterOptions = {
  readonly workers?: number;
  readonly speechSeconds?: number;
  readonly env?: Readonly<Record<string, string>>;
};

// Longer than any answer of the gateway should take: its own deadline for Temporal is 5 s.
const REQUEST_TIMEOUT_MS = 20_000;

/** Starts PostgreSQL, Temporal, the sandbox, a gateway and workers (1), each a process. */
export async function startCluster(options: ClusterOptions = {}): Promise<Cluster> {
  const stack = new AsyncDisposableStack();
  try {
    const folder = await mkdtemp(join(tmpdir(), 'call-processing-faults-'));
    // Made for this user alone, but as root PostgreSQL runs as another one.
    await chmod(folder, 0o755);
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    // Ends every process that is still there, also when this one is killed.
    const keeper = stack.adopt(startKeeper(), (opened) => opened.close());
    const home = { folder, keeper };
    const [postgres, temporal, sandboxProcess] = await Promise.all([
      startOwnPostgres(home),
      startTemporalIn(home),
      startOwnSandbox(home, options.speechSeconds ?? 0.3),
      workflowBundle(),
    ]);
    stack.defer(() => postgres.stopImmediately());
    stack.defer(() => temporal.kill());
    stack.defer(() => sandboxProcess.kill());

    const connection = await Connection.connect({ address: temporal.address });
    stack.defer(() => connection.close());
    const database = createDatabase({ url: postgres.url(), poolSize: 3 });
    stack.defer(() => database.close());
    const workers: LinkedProcess[] = [];
    const gateways: LinkedProcess[] = [];
    const sampler = stack.adopt(
      startSessionSampler(postgres.url(), () =>
        [...workers, ...gateways].filter(({ isRunning }) => isRunning()).map(({ pid }) => pid),
      ),
      (opened) => opened.stop(),
    );

    const launch = async (
      name: string,
      optionsOf: (env: Readonly<Record<string, string>>) => ReturnType<typeof workerOf>,
    ) => {
      const opened = await openLinks({ postgres, temporal, sandbox: sandboxProcess });
      stack.defer(() => opened.close());
      const started = await optionsOf({ ...opened.env, ...options.env });
      const { process, match } = await startOwnProcess(name, started, home);
      // SIGKILL, because a frozen process does not hear anything else.
      stack.defer(() => process.kill());
      return { linked: { ...process, links: opened.links }, url: match[1] ?? '' };
    };

    const launched = { worker: 0, gateway: 0 };
    const startWorker = async (worker?: WorkerOptions) => {
      launched.worker += 1;
      const { linked } = await launch(`worker-${launched.worker}`, (env) => workerOf(env, worker));
      workers.push(linked);
      return linked;
    };
    let gateway: Awaited<ReturnType<typeof launch>>;
    const startGateway = async () => {
      launched.gateway += 1;
      gateway = await launch(`gateway-${launched.gateway}`, async (env) => gatewayOf(env));
      gateways.push(gateway.linked);
      return gateway.linked;
    };
    await Promise.all([
      startGateway(),
      ...Array.from({ length: options.workers ?? 1 }, () => startWorker()),
    ]);

    const recordings = createRecordingMaker(() => sandboxProcess.client());
    return {
      folder,
      postgres,
      temporal,
      sandboxProcess,
      get sandbox() {
        return sandboxProcess.client();
      },
      database,
      client: new Client({ connection }),
      recorder: createRecorder(),
      sampler,
      workers,
      gateway: () => gateway.linked,
      startWorker,
      startGateway,
      addRecording: recordings.add,
      recordings: recordings.made,
      request: (method, path, body) =>
        askGateway(gateway.url, method, path, body, AbortSignal.timeout(REQUEST_TIMEOUT_MS)),
      stop: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
