import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';

import { Connection } from '@temporalio/client';

import { SEARCH_ATTRIBUTES } from '../../src/domain/names.ts';
import type { Keeper } from '../process/keeper.ts';
import { startPart, type Part } from '../process/part.ts';
import { untilPart } from '../process/until-part.ts';

export type TemporalOptions = {
  /** The Temporal CLI. */
  readonly cli: string;
  readonly port: number;
  /** Where the Web UI listens; `null` = no Web UI. */
  readonly uiPort: number | null;
  /** The file with all of its state; held in memory only, every run would be lost at a stop. */
  readonly databaseFile: string;
  readonly logPath: string;
  readonly keeper: Keeper;
};

export type TemporalServer = { readonly part: Part; readonly address: string };

/**
 * Makes the development server fast enough for hundreds of calls (measured with a workflow of four
 * activities: 41 workflows a second instead of 19, and 43 ms for a single one instead of 199).
 */
const TUNING = [
  '--sqlite-pragma=journal_mode=WAL',
  // With the write-ahead log, commits survive a killed process; only a power failure could lose them.
  '--sqlite-pragma=synchronous=NORMAL',
  '--dynamic-config-value=history.shardIOConcurrency=16',
  '--dynamic-config-value=history.enableHostLevelEventsCache=true',
  '--dynamic-config-value=history.transferProcessorMaxPollRPS=200',
  '--dynamic-config-value=history.timerProcessorMaxPollRPS=200',
  '--dynamic-config-value=history.visibilityProcessorMaxPollRPS=100',
];

/**
 * The hosts of requests to its HTTP API, which needs no credentials: a web page whose owner points a
 * name of his at this machine could otherwise use it. One pattern only: of several, the server compares
 * none with the whole host (seen with server 1.32.0, which served 127.0.0.1.example.com then).
 */
const OWN_HOSTS = ['127.0.0.1:*'];

/**
 * Starts a Temporal server on 127.0.0.1, with our search attributes, and resolves when its namespace
 * `default` answers. Throws a LocalRunError when it does not start.
 */
export async function startTemporalServer(options: TemporalOptions): Promise<TemporalServer> {
  await mkdir(dirname(options.databaseFile), { recursive: true });
  const part = await startPart({
    name: 'Temporal server',
    command: options.cli,
    args: [
      'server',
      'start-dev',
      '--ip=127.0.0.1',
      `--port=${options.port}`,
      options.uiPort === null ? '--headless' : `--ui-port=${options.uiPort}`,
      `--db-filename=${options.databaseFile}`,
      '--log-level=warn',
      ...SEARCH_ATTRIBUTES.map((name) => `--search-attribute=${name}=Keyword`),
      ...TUNING,
      `--dynamic-config-value=frontend.httpAllowedHosts=${JSON.stringify(OWN_HOSTS)}`,
    ],
    // All settings are arguments; the user's TEMPORAL_* variables would be meant for another server.
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'] },
    logPath: options.logPath,
    stopSignal: 'SIGTERM',
    // It waits for long polls to end, which takes a second or two.
    stopGraceMs: 10_000,
    keeper: options.keeper,
  });
  const address = `127.0.0.1:${options.port}`;
  await untilPart(part, async () => ((await answers(address)) ? true : null), describeFailure);
  return { part, address };
}

function describeFailure(part: Part): string {
  const last = part.lastLines(1)[0] ?? 'it logged nothing';
  return `Temporal did not start: ${last} (see ${part.logPath}). If its database file is damaged, move it away and start again, or set TEMPORAL_ADDRESS.`;
}

async function answers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: '1s' });
    try {
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}
