import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { TestWorkflowEnvironment } from '@temporalio/testing';

import { startKeeper } from '../../local/process/keeper.ts';
import { freePort } from '../../local/process/ports.ts';
import { findTemporalCli, findTestServer } from '../../local/tools/temporal-cli.ts';
import { startTemporalServer } from '../../local/parts/temporal.ts';
import { SEARCH_ATTRIBUTES } from '../../src/domain/names.ts';
import { quietRuntime } from './quiet-runtime.ts';

export type TestTemporal = {
  /** For TEMPORAL_ADDRESS; the namespace is `default`, our search attributes are registered. */
  readonly address: string;
  /** The path of the Temporal CLI, for tests that do what an operator does. */
  readonly cli: string;
  /** Its process, for tests that kill or freeze it. */
  readonly pid: number;
  stop(): Promise<void>;
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

/** A Temporal server for one test alone, which has to stop it. */
export async function startOwnTemporal(): Promise<TestTemporal> {
  const { path } = await findTemporalCli(process.env, reportOnStandardError);
  const folder = await mkdtemp(join(tmpdir(), 'call-processing-temporal-'));
  const keeper = startKeeper();
  const clear = async () => {
    keeper.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const { part, address } = await startTemporalServer({
      cli: path,
      port: await freePort(),
      uiPort: null,
      databaseFile: join(folder, 'temporal.db'),
      logPath: join(folder, 'log'),
      keeper,
    });
    return {
      address,
      cli: path,
      pid: part.pid,
      stop: async () => {
        await part.stop();
        await clear();
      },
    };
  } catch (error) {
    await clear();
    throw error;
  }
}

/** Stops the shared server if a test has started it. */
export async function stopTestTemporal(): Promise<void> {
  const running = await shared?.catch(() => null);
  shared = null;
  await running?.stop();
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
