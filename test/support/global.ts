import { stopTestPostgres } from './postgres.ts';
import { stopTestTemporal } from './temporal.ts';
import { PROCESS_ZONE } from './zones.ts';

process.env['TZ'] = PROCESS_ZONE;

/** Run by mocha once after all test files (see .mocharc.json). */
export async function mochaGlobalTeardown(): Promise<void> {
  await stopTestTemporal();
  await stopTestPostgres();
}
