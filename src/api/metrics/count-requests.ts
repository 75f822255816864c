import type { FastifyInstance } from 'fastify';

import type { ErrorCode } from '../../domain/error-codes.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { Metrics } from './metrics.ts';

/** Why a request can be refused; a limit is told by its own name. */
const CAUSES: Readonly<Partial<Record<ErrorCode, string>>> = {
  KEY_REFUSED: 'key',
  TOKEN_MISSING: 'token',
  SCOPE_MISSING: 'scope',
  HOOK_REFUSED: 'hook',
  HOST_NOT_SERVED: 'host',
  ORIGIN_FOREIGN: 'origin',
  LIMIT_REACHED: 'limit',
  GATEWAY_OVERLOADED: 'overload',
};

/** The routes by which work begins, when they answer 202. */
const BEGINNINGS: Readonly<Record<string, string>> = {
  'POST /calls': 'call',
  'POST /hooks/phone-system': 'hook',
  'POST /hooks/phone-system/:secret': 'hook',
  'POST /calls/:callSid/reprocess': 'reprocess',
  'POST /reprocesses': 'bulk',
};

// Whatever else somebody sends as a method must not become a time series.
const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'];

/** Counts every request once it is answered, and every refusal. */
export function countRequests(app: FastifyInstance, { requests, refused, begun }: Metrics): void {
  app.addHook('onError', async (_request, _reply, error) => {
    if (!(error instanceof ServiceError)) return;
    const { limit } = error.context;
    const cause = typeof limit === 'string' ? limit : CAUSES[error.code];
    if (cause !== undefined) refused.inc({ cause });
  });

  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const method = METHODS.includes(request.method) ? request.method : 'other';
    const status = String(reply.statusCode);
    requests.observe({ method, route, status }, reply.elapsedTime / 1_000);
    const by = BEGINNINGS[`${method} ${route}`];
    if (by !== undefined && reply.statusCode === 202) begun.inc({ by });
  });
}
