import type { FastifyPluginAsync } from 'fastify';

import type { Metrics } from '../metrics/metrics.ts';

/** `GET /metrics`: what the gateway counts about itself, in the text format of Prometheus. */
export const metricsRoute: FastifyPluginAsync<{ readonly metrics: Metrics }> = async (
  app,
  { metrics: { registry } },
) => {
  app.get('/metrics', { schema: { summary: 'Numbers for Prometheus' } }, async (_request, reply) =>
    reply.type(registry.contentType).send(await registry.metrics()),
  );
};
