import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { TestWorkflowEnvironment } from '@temporalio/testing';

import { startKeeper } from '../../local/process/keeper.ts';
import { freePort } from '../../local/process/ports.ts';
import { findTemporalCli, findTestServer } from '../../local/tools/temporal-cli.ts';
import { startTemporalServer } from '../../local/parts/temporal.ts';
import { SEARCH_ATTRIBUTES } from '../../src/domain/names.ts';
import { toOwnProcess, type OwnProcess, type ProcessHome } from './own-process.ts';
import { quietRuntime } from './quiet-runtime.ts';

/** A Temporal server whose state is in a file and outlives its death. */
export type TestTemporal = {
  readonly port: number;
  /** For TEMPORAL_ADDRESS; the namespace is `default`, our search attributes are registered. */
  readonly address: string;
  /** The path of the Temporal CLI, for tests that do what an operator does. */
  readonly cli: string;
  readonly databaseFile: string;
  isRunning(): boolean;
  stop(): Promise<void>;
  kill(): Promise<void>;
  /** Starts it again on the same file and port. */
  start(): Promise<void>;
  freeze(): void;
  thaw(): void;
};

let shared: Promise<TestTemporal> | null = null;

/**
 * The Temporal server of this test run, started when a test first asks for it and stopped by
 * `global.ts`. Tests share it: use a task queue and workflow ids of your own.
 */
export function startTemporal(): Promise<TestTemporal> {
  shared ??= startOwnTemporal();
  return shared;
}

/** Stops the shared server if a test has started it. */
export async function stopTestTemporal(): Promise<void> {
  const running = await shared?.catch(() => null);
  shared = null;
  await running?.stop();
}

/** A Temporal server for one test alone, which has to stop it. */
export async function startOwnTemporal(): Promise<TestTemporal> {
  const folder = await mkdtemp(join(tmpdir(), 'call-processing-temporal-'));
  const keeper = startKeeper();
  const clear = async () => {
    keeper.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const temporal = await startTemporalIn({ folder, keeper });
    return {
      ...temporal,
      async stop() {
        await temporal.stop();
        await clear();
      },
    };
  } catch (error) {
    await clear();
    throw error;
  }
}

/** A Temporal server for a rig, with its database file in the rig's folder. */
export async function startTemporalIn({ folder, keeper }: ProcessHome): Promise<TestTemporal> {
  const { path: cli } = await findTemporalCli(process.env, reportOnStandardError);
  const port = await freePort();
  const databaseFile = join(folder, 'temporal.db');
  let server: OwnProcess;
  const start = async () => {
    const { part } = await startTemporalServer({
      cli,
      port,
      uiPort: null,
      databaseFile,
      logPath: join(folder, 'logs', 'temporal.log'),
      keeper,
    });
    server = toOwnProcess(part);
  };
  await start();
  return {
    port,
    address: `127.0.0.1:${port}`,
    cli,
    databaseFile,
    isRunning: () => server.isRunning(),
    async stop() {
      await server.stop();
    },
    kill: () => server.kill(),
    start,
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
  };
}

/**
 * A server on which days pass in no time, with our search attributes. The test has to call
 * `teardown()`.
 */
export async function startTimeSkipping(): Promise<TestWorkflowEnvironment> {
  quietRuntime();
  const path = await findTestServer(process.env, reportOnStandardError).catch(() => null);
  const environment = await TestWorkflowEnvironment.createTimeSkipping(
    // Without a file of our own the library downloads one, where there is internet.
    path === null ? {} : { server: { executable: { type: 'existing-path', path } } },
  );
  await environment.connection.operatorService.addSearchAttributes({
    namespace: environment.namespace ?? 'default',
    searchAttributes: Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD])),
  });
  return environment;
}

// temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
const KEYWORD = 2;

/** The first run fetches the server, which may take a minute: say so, or it looks stuck. */
function reportOnStandardError(progress: string): void {
  process.stderr.write(`Temporal for the tests: ${progress}\n`);
}
