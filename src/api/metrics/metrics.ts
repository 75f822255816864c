import { Counter, Histogram } from 'prom-client';

import { createProcessMetrics, type ProcessMetricsDeps } from './process-metrics.ts';
import { addServiceMetrics, type ServiceMetricsDeps } from './service-metrics.ts';

export type MetricsDeps = ProcessMetricsDeps & ServiceMetricsDeps;

export type Metrics = ReturnType<typeof createMetrics>;

// Most answers take milliseconds; a reprocess that meets a slow Temporal takes up to half a minute.
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** Creates what the gateway counts about itself. No label tells of a call, a person or an address. */
export function createMetrics(deps: MetricsDeps) {
  const registry = createProcessMetrics('gateway', deps);
  const registers = [registry];
  addServiceMetrics(registry, deps);

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
  return { registry, requests, refused, begun };
}
