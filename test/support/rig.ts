import type { Client } from '@temporalio/client';

import type { Database } from '../../src/repositories/database.ts';
import type { OwnProcess } from './own-process.ts';
import type { Recorder } from './recorder.ts';
import type { RecordingMaker } from './recordings.ts';
import type { SandboxClient } from './sandbox-client.ts';
import type { TestTemporal } from './temporal.ts';
import { workflowBundle } from './workflow-bundle.ts';

// Two rigs run the whole service for tests, and one vocabulary serves both:
//
// - `startService` (service.ts) is for what the service does. It starts in seconds: its database is
//   on the PostgreSQL server that all tests share, and the sandbox runs inside the tests' process.
// - `startCluster` (faults/harness/cluster.ts) is for what the service survives. Every server is a
//   process of its own, every connection runs through a link that can fail, and everything that
//   clients asked for is recorded, so that the invariants can be judged.
//
// On a rig:
//   addRecording       makes a recording in the sandbox, with a caller of its own; submits nothing
//   request            sends one request to the gateway
//   startWorker        starts one more worker, which can be stopped (SIGTERM), killed (SIGKILL),
//                      frozen and thawed; startGateway and servers of the cluster likewise
// What clients and operators do (calls.ts), each with the rig as its first argument:
//   submit             POST /calls, repeated until the gateway takes or refuses the call
//   submitOnce         POST /calls, once
//   startCall(s)       addRecording, then submit
//   reprocess          POST /calls/:callSid/reprocess
//   signalReprocess    the same as a signal to the run
//   cancel             cancels the run
//   eventsOf           the events of a call's log, from the gateway
//   logRowsOf          the rows of a call's log, from the database
//   askStatus          what the open run answers to the query `status`
// What tests wait for (conditions.ts), each with a deadline:
//   untilStatus        asks the gateway for the status
//   untilRow           reads the call's row, also while the gateway is away
//   untilCompleted     untilRow, for the status COMPLETED
//   untilParked        asks the run
//   untilHit           counts requests in the sandbox

/** What both rigs offer. */
export type Rig = {
  /** The control plane of the sandbox. */
  readonly sandbox: SandboxClient;
  /** Direct ways to the database and to Temporal. */
  readonly database: Database;
  readonly client: Client;
  readonly temporal: TestTemporal;
  /**
   * Where invariants are judged: keeps what was asked and answered, and an answer that does not
   * come is one of the answers. `null` elsewhere: there it is an error.
   */
  readonly recorder: Recorder | null;
  readonly addRecording: RecordingMaker['add'];
  request(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<Reply>;
  /** Rejects when it does not get ready. Whatever still runs is killed by `stop`. */
  startWorker(options?: WorkerOptions): Promise<OwnProcess>;
  stop(): Promise<void>;
};

/** JSON of a reply; tests name the fields that they expect. */
export type Json = Readonly<Record<string, unknown>>;

export type Reply = { readonly status: number; readonly headers: Headers; readonly body: Json };

export type WorkerOptions = {
  readonly env?: Readonly<Record<string, string>>;
  /** The entry of another version of the worker, which brings its own workflow code. */
  readonly script?: string;
};

/** Settings of a rig's processes, besides the addresses of their servers. */
export const RIG_ENVIRONMENT = {
  PORT: '0',
  METRICS_PORT: '0',
  LOG_LEVEL: 'info',
  // Tests make more requests a minute than a ConnectWise tenant allows.
  CONNECTWISE_REQUESTS_PER_MINUTE: '100000',
  // Beside all other tests, a gateway may be as busy as one that has to refuse requests.
  EVENT_LOOP_DELAY_MAX_MS: '0',
} as const;

type ProcessOptions = {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly ready: RegExp;
};

/** How a worker is started with an environment. */
export async function workerOf(
  env: Readonly<Record<string, string>>,
  { env: more, script }: WorkerOptions = {},
): Promise<ProcessOptions> {
  const bundle = script === undefined ? { WORKFLOW_BUNDLE: await workflowBundle() } : {};
  return {
    script: script ?? 'src/worker.ts',
    env: { ...RIG_ENVIRONMENT, ...env, ...bundle, ...more },
    ready: /The worker takes calls/,
  };
}

/** How a gateway is started with an environment; the first group of `ready` is its URL. */
export function gatewayOf(env: Readonly<Record<string, string>>): ProcessOptions {
  return {
    script: 'src/server.ts',
    env: { ...RIG_ENVIRONMENT, ...env },
    ready: /Server listening at (http:[^"]+)/,
  };
}

/** Sends one request to a gateway and reads its JSON. */
export async function askGateway(
  url: string,
  ...[method, path, body, signal]: [...Parameters<Rig['request']>, signal?: AbortSignal]
): Promise<Reply> {
  const response = await fetch(`${url}${path}`, {
    method,
    ...(signal === undefined ? {} : { signal }),
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const { status, headers } = response;
  return { status, headers, body: (await response.json()) as Json };
}
