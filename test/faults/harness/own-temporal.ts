import { join } from 'node:path';

import { freePort } from '../../../local/process/ports.ts';
import type { Keeper } from '../../../local/process/keeper.ts';
import { findTemporalCli } from '../../../local/tools/temporal-cli.ts';
import { startTemporalServer } from '../../../local/parts/temporal.ts';
import { toOwnProcess, type OwnProcess } from './own-process.ts';

/** A Temporal server whose state lies in a file and outlives its death. */
export type OwnTemporal = {
  readonly port: number;
  readonly address: string;
  readonly cli: string;
  readonly databaseFile: string;
  kill(): Promise<void>;
  /** Starts it again on the same file and port. */
  start(): Promise<void>;
  freeze(): void;
  thaw(): void;
  isRunning(): boolean;
};

/** Starts a Temporal server with its database file under `folder`. */
export async function startOwnTemporal(folder: string, keeper: Keeper): Promise<OwnTemporal> {
  const { path: cli } = await findTemporalCli(process.env, (progress) => {
    process.stderr.write(`Temporal for the tests: ${progress}\n`);
  });
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
    kill: () => server.kill(),
    start,
    freeze: () => server.freeze(),
    thaw: () => server.thaw(),
    isRunning: () => server.isRunning(),
  };
}
