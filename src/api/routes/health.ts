import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { about } from '../document/about.ts';

/** `GET /healthz`: the process is alive, whatever state its dependencies are in. */
export const healthRoute: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/healthz',
    {
      schema: {
        ...about({
          name: 'checkHealth',
          tag: 'service',
          summary: 'Whether the gateway is alive',
          does: 'Answers as long as the process is alive, whatever state the database and Temporal are in. Answers requests for any host.',
          refusals: [],
        }),
        response: { 200: z.strictObject({ status: z.literal('ok') }).describe('It is alive.') },
      },
    },
    () => ({ status: 'ok' as const }),
  );
};
