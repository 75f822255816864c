import { makeTelemetryFilterString, Runtime } from '@temporalio/worker';

import { WORKER_HEARTBEAT } from '../../src/clients/temporal/worker-census.ts';

/** How `src/worker.ts` runs its activities; the same for every contestant that is a worker. */
export const WORKER_SETTINGS = {
  maxConcurrentActivityTaskExecutions: 100,
  shutdownGraceTime: '25 seconds',
} as const;

/** Sets Temporal's runtime up as `src/worker.ts` does; `metricsAddress` is where it tells what it asked of the server. */
export function installRuntime(metricsAddress: string | undefined): void {
  Runtime.install({
    workerHeartbeatInterval: WORKER_HEARTBEAT,
    telemetryOptions: {
      logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }) },
      ...(metricsAddress === undefined
        ? {}
        : { metrics: { prometheus: { bindAddress: metricsAddress } } }),
    },
  });
}

/** A variable that the bench gives this process. */
export function given(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`The bench did not give ${name}.`);
  return value;
}
