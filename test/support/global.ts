import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

import { stopTestPostgres } from './postgres.ts';
import { stopTestTemporal } from './temporal.ts';

/** Run by mocha once before all test files: only what went wrong is worth a line among the results. */
export function mochaGlobalSetup(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: {
      logging: {
        forward: {},
        filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }),
      },
    },
  });
}

/** Run by mocha once after all test files (see .mocharc.json). */
export async function mochaGlobalTeardown(): Promise<void> {
  await stopTestTemporal();
  await stopTestPostgres();
}
