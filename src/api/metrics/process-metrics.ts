import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

import type { Readiness } from '../../domain/readiness.ts';
import type { Database } from '../../repositories/database.ts';

export type ProcessMetricsDeps = {
  readonly readiness: Readiness;
  readonly database: Pick<Database, 'connections'>;
};

/**
 * Creates what each process tells of itself: of Node and its event loop, its connections to the database,
 * and what it depends on. No label tells of a call, a person or an address.
 */
export function createProcessMetrics(
  process: 'gateway' | 'worker',
  { readiness, database }: ProcessMetricsDeps,
): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registry.registerMetric(
    new Gauge({
      name: `${process}_database_connections`,
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
      name: `${process}_dependency_ready`,
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
  return registry;
}
