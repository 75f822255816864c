import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import {
  DEPENDENCIES,
  DEPENDENCY_STATES,
  type Dependency,
  type Readiness,
} from '../../domain/readiness.ts';
import { closed } from '../closed-query.ts';
import { about } from '../document/about.ts';
import { createAdministratorRule } from '../access/administrators.ts';
import type { AccessConfig } from '../access/access.ts';

export type ReadinessDeps = { readonly readiness: Readiness; readonly access: AccessConfig };

const query = closed({
  /** Whether requests may be sent here: a gateway without its database still starts calls. */
  for: z.literal('traffic', 'must be traffic, or left out').optional(),
});

const reply = z.strictObject({
  status: z.enum(['ready', 'notReady']),
  /** Only for those who may see it. */
  dependencies: z
    .array(
      z.strictObject({
        name: z.enum(DEPENDENCIES),
        state: z.enum(DEPENDENCY_STATES),
        /** Why it is not ok, and what to do; null if it is ok. */
        reason: z.string().nullable(),
        since: z.iso.datetime(),
      }),
    )
    .optional(),
});

export type ReadinessReply = z.infer<typeof reply>;

/**
 * `GET /readyz`: whether everything that the gateway needs works, by the last probes, so that asking
 * costs nothing. With `?for=traffic`, whether it can take calls, which needs Temporal alone.
 */
export const readinessRoute: FastifyPluginAsyncZod<ReadinessDeps> = async (
  app,
  { readiness, access },
) => {
  const maySeeDetails = createAdministratorRule(access);
  app.get(
    '/readyz',
    {
      schema: {
        ...about({
          name: 'checkReadiness',
          tag: 'service',
          summary: 'Whether what the gateway needs works',
          does: 'Tells by the last probes, a few seconds old, whether everything that the gateway needs works. With `for=traffic`, whether it can take calls, which needs Temporal alone. Details are for keys with the scope `admin`. Answers requests for any host.',
          refusals: [],
        }),
        querystring: query,
        response: {
          200: reply.describe('All of it works.'),
          503: reply.describe('Something does not work, or is not known yet.'),
        },
      },
    },
    (request, response) => {
      const isForTraffic = request.query.for === 'traffic';
      const dependencies = readiness
        .read()
        .filter(({ name }) => !isForTraffic || name === 'temporal');
      const isReady = dependencies.every(({ state }) => state === 'ok');
      void response.status(isReady ? 200 : 503);
      return {
        status: isReady ? ('ready' as const) : ('notReady' as const),
        ...(maySeeDetails(request) ? { dependencies: dependencies.map(toReply) } : {}),
      };
    },
  );
};

function toReply({ name, state, reason, since }: Dependency) {
  return { name, state, reason, since: since.toISOString() };
}
