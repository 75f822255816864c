import { makeTelemetryFilterString, Runtime, type RuntimeOptions } from '@temporalio/worker';
import type { Logger } from 'pino';

import { findFreePort } from './free-port.ts';
import { toTemporalLogger } from './logger.ts';

// Somebody else may take a free port before the SDK does. Three times in a row is no accident.
const TRIES = 3;

/**
 * Installs the runtime of Temporal's SDK, which also makes SIGINT and SIGTERM shut the worker down
 * gracefully. Resolves with the port of this machine's loopback address on which the SDK serves its metrics.
 */
export async function installRuntime(
  logger: Logger,
  heartbeatInterval: NonNullable<RuntimeOptions['workerHeartbeatInterval']>,
): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    const port = await findFreePort();
    try {
      Runtime.install({
        logger: toTemporalLogger(logger),
        // By it the gateway learns within seconds that no worker is left.
        workerHeartbeatInterval: heartbeatInterval,
        telemetryOptions: {
          logging: {
            forward: {},
            filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }),
          },
          metrics: {
            prometheus: {
              bindAddress: `127.0.0.1:${port}`,
              // Names as Prometheus recommends them: units and `_total` at the end.
              countersTotalSuffix: true,
              unitSuffix: true,
              useSecondsForDurations: true,
            },
          },
        },
      });
      return port;
    } catch (error) {
      if (tries === TRIES || !String(error).includes('Address already in use')) throw error;
    }
  }
}
