import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import type { Readiness } from '../../domain/readiness.ts';
import type { Database } from '../../repositories/database.ts';

export type MetricsDeps = {
  readonly readiness: Readiness;
  readonly database: Pick<Database, 'connections'>;
};

export type Metrics = ReturnType<typeof createMetrics>;

// Most answers take milliseconds; a reprocess that meets a slow Temporal takes up to half a minute.
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Creates what the gateway counts about itself. No label tells of a call, a person or an address. */
export function createMetrics({ readiness, database }: MetricsDeps) {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  const requests = new Histogram({
    name: 'gateway_request_duration_seconds',
    help: 'Requests that were answered, and how long the answers took.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATION_BUCKETS,
    registers,
  });
  const refused = new Counter({
    name: 'gateway_requests_refused_total',
    help: 'Requests that were refused before anything was done, by cause.',
    labelNames: ['cause'],
    registers,
  });
  const begun = new Counter({
    name: 'gateway_runs_requested_total',
    help: 'Requests by which work began.',
    labelNames: ['by'],
    registers,
  });
  registry.registerMetric(
    new Gauge({
      name: 'gateway_database_connections',
      help: 'Connections to the database, and requests that wait for one.',
      labelNames: ['state'],
      registers: [],
      collect() {
        for (const [state, count] of Object.entries(database.connections()))
          this.set({ state }, count);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'gateway_dependency_ready',
      help: '1 if a dependency works, 0 if it fails or nobody can say.',
      labelNames: ['dependency'],
      registers: [],
      collect() {
        for (const { name, state } of readiness.read()) {
          this.set({ dependency: name }, state === 'ok' ? 1 : 0);
        }
      },
    }),
  );
  return { registry, requests, refused, begun };
}
