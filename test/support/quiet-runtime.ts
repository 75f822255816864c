import { IllegalStateError } from '@temporalio/common';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';

/**
 * Keeps workers inside the tests' own process from logging among the results what goes well. Call it
 * right before a worker starts: a runtime that nothing uses would keep the process alive.
 */
export function quietRuntime(): void {
  try {
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      telemetryOptions: {
        logging: {
          forward: {},
          filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }),
        },
      },
    });
  } catch (error) {
    // One is running already; there is at most one in a process.
    if (!(error instanceof IllegalStateError)) throw error;
  }
}
