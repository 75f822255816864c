import type { FastifyInstance } from 'fastify';

import { guard, type AccessConfig } from './access/access.ts';
import { createRequestLimits } from './access/request-limits.ts';
import { createBase, type BaseDeps } from './base.ts';
import { finishRequestsOnClose } from './connections.ts';
import { healthRoute } from './routes/health.ts';
import { metricsRoute, type MetricsText } from './routes/metrics.ts';
import { readinessRoute, type ReadinessDeps } from './routes/readiness.ts';

export type WorkerApiDeps = Omit<BaseDeps, 'trustedProxies'> &
  ReadinessDeps & {
    readonly access: AccessConfig;
    readonly failedKeysPerMinute: number;
    readonly metrics: MetricsText;
  };

// The steps have 25 of the 30 seconds after which an orchestrator kills a worker; an answer here takes three.
const LAST_REQUESTS_MS = 3_000;

/** What a worker answers by its own port: whether it is alive, whether it can work, and its numbers. */
export function buildWorkerApi(deps: WorkerApiDeps): FastifyInstance {
  const app = createBase({ ...deps, trustedProxies: [] });
  finishRequestsOnClose(app, LAST_REQUESTS_MS);
  // Nobody is refused here who has a key: an orchestrator and a collector ask at a pace of their own.
  const { failedKeysPerMinute } = deps;
  const limits = createRequestLimits(app, { failedKeysPerMinute, requestsPerMinute: 0 });
  guard(app, deps.access, limits);
  void app.register(healthRoute);
  void app.register(readinessRoute, deps);
  void app.register(metricsRoute, deps);
  return app;
}
