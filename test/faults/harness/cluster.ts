import { mkdtemp, chmod, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Client, Connection } from '@temporalio/client';

import { startKeeper } from '../../../local/process/keeper.ts';
import { createDatabase, type Database } from '../../../src/repositories/database.ts';
import type { SandboxClient } from '../../support/sandbox-client.ts';
import { workflowBundle } from '../../support/workflow-bundle.ts';
import { openLinks, type Links } from './links.ts';
import { startOwnPostgres, type OwnPostgres } from './own-postgres.ts';
import { startOwnProcess, type OwnProcess } from './own-process.ts';
import { startOwnSandbox, type OwnSandbox } from './own-sandbox.ts';
import { startOwnTemporal, type OwnTemporal } from './own-temporal.ts';
import { createRecorder, type Answer, type Recorder } from './recorder.ts';
import {
  createRecordingMaker,
  type Recording,
  type RecordingMaker,
} from '../../support/recordings.ts';
import { startSessionSampler, type SessionSampler } from './session-sampler.ts';

/** A process of ours with links of its own to everything it needs. */
export type LinkedProcess = OwnProcess & { readonly links: Links };

/** The whole service on servers of its own, every part of which can be killed and restarted. */
export type Cluster = {
  readonly folder: string;
  readonly postgres: OwnPostgres;
  readonly temporal: OwnTemporal;
  readonly sandboxProcess: OwnSandbox;
  /** The sandbox's control plane. */
  readonly sandbox: SandboxClient;
  /** Direct ways to the database and to Temporal, past every link. */
  readonly database: Database;
  readonly client: Client;
  readonly recorder: Recorder;
  readonly sampler: SessionSampler;
  /** Every worker that was ever started, in order, the dead ones too. */
  readonly workers: readonly LinkedProcess[];
  gateway(): LinkedProcess;
  startWorker(env?: Readonly<Record<string, string>>): Promise<LinkedProcess>;
  /** Starts another gateway, which takes the place of the one before. */
  startGateway(): Promise<LinkedProcess>;
  addRecording: RecordingMaker['add'];
  /** Everything that was added, for the checker. */
  readonly recordings: readonly Recording[];
  request(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Reply>;
  stop(): Promise<void>;
};

export type Reply = Answer & { readonly headers: Headers };

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
    const [bundle, postgres, temporal, sandboxProcess] = await Promise.all([
      workflowBundle(),
      startOwnPostgres(folder, keeper),
      startOwnTemporal(folder, keeper),
      startOwnSandbox(folder, keeper, options.speechSeconds ?? 0.3),
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

    const started = { worker: 0, gateway: 0 };
    const launch = async (
      kind: 'worker' | 'gateway',
      ready: RegExp,
      env: Readonly<Record<string, string>> = {},
    ) => {
      const opened = await openLinks({ postgres, temporal, sandbox: sandboxProcess });
      stack.defer(() => opened.close());
      started[kind] += 1;
      const { process, match } = await startOwnProcess({
        name: `${kind}-${started[kind]}`,
        script: kind === 'worker' ? 'src/worker.ts' : 'src/server.ts',
        env: { ...opened.env, ...SETTINGS, WORKFLOW_BUNDLE: bundle, ...options.env, ...env },
        ready,
        folder,
        keeper,
      });
      // SIGKILL, because a frozen process does not hear anything else.
      stack.defer(() => process.kill());
      return { linked: { ...process, links: opened.links }, match };
    };

    const startWorker = async (env?: Readonly<Record<string, string>>) => {
      const { linked } = await launch('worker', /The worker takes calls/, env);
      workers.push(linked);
      return linked;
    };
    let gateway: { linked: LinkedProcess; match: RegExpExecArray };
    const startGateway = async () => {
      gateway = await launch('gateway', /Server listening at (http:[^"]+)/);
      gateways.push(gateway.linked);
      return gateway.linked;
    };
    await Promise.all([
      startGateway(),
      ...Array.from({ length: options.workers ?? 1 }, () => startWorker()),
    ]);

    const recordings: Recording[] = [];
    const maker = createRecordingMaker(() => sandboxProcess.client());
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
      async addRecording(more) {
        const recording = await maker.add(more);
        recordings.push(recording);
        return recording;
      },
      recordings,
      async request(method, path, body) {
        const response = await fetch(`${gateway.match[1]}${path}`, {
          method,
          signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
          ...(body === undefined
            ? {}
            : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
        });
        const { status, headers } = response;
        return { status, headers, body: (await response.json()) as Reply['body'] };
      },
      stop: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

const SETTINGS = {
  PORT: '0',
  LOG_LEVEL: 'info',
  // Tests make more calls a minute than a ConnectWise tenant would bear.
  CONNECTWISE_REQUESTS_PER_MINUTE: '100000',
};
