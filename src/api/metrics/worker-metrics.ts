import { Gauge, type Registry } from 'prom-client';

import { createProcessMetrics, type ProcessMetricsDeps } from './process-metrics.ts';

export type WorkerMetricsDeps = ProcessMetricsDeps & {
  /** What Temporal's SDK counts in this process, in the text format of Prometheus; `null` if it does not answer. */
  readonly readSdkMetrics: () => Promise<string | null>;
};

export type WorkerMetrics = {
  /** What the worker counts itself. */
  readonly registry: Registry;
  readonly contentType: string;
  /** That, and what Temporal's SDK counts. */
  readonly metrics: () => Promise<string>;
};

/** Creates what a worker tells of itself. The names of the SDK all begin with `temporal_`, so that none meets ours. */
export function createWorkerMetrics({ readSdkMetrics, ...deps }: WorkerMetricsDeps): WorkerMetrics {
  const registry = createProcessMetrics('worker', deps);
  const isSdkRead = new Gauge({
    name: 'worker_temporal_metrics_read',
    help: "1 if the metrics of Temporal's SDK are among these, 0 if it did not give them.",
    registers: [registry],
  });
  return {
    registry,
    contentType: registry.contentType,
    async metrics() {
      const ofSdk = await readSdkMetrics();
      isSdkRead.set(ofSdk === null ? 0 : 1);
      return `${await registry.metrics()}${ofSdk ?? ''}`;
    },
  };
}
