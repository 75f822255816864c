import type { FastifyPluginAsync } from 'fastify';
import { z } from 'zod';

import { about } from '../document/about.ts';

/** Numbers in the text format of Prometheus. */
export type MetricsText = { readonly contentType: string; readonly metrics: () => Promise<string> };

/** `GET /metrics`: what the process counts about itself, in the text format of Prometheus. */
export const metricsRoute: FastifyPluginAsync<{ readonly metrics: MetricsText }> = async (
  app,
  { metrics },
) => {
  const schema = {
    ...about({
      name: 'readMetrics',
      tag: 'service',
      summary: 'Numbers for Prometheus',
      does: 'Gives what the gateway counts about itself, in the text format of Prometheus. Answers requests for any host.',
      refusals: [],
    }),
    response: {
      200: { description: 'The numbers.', content: { 'text/plain': { schema: z.string() } } },
    },
  };
  app.get('/metrics', { schema }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
};
