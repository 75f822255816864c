import { randomUUID } from 'node:crypto';

import { fastify, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';

import { acceptJsonAndEmptyBodies } from './bodies.ts';
import { createClientErrorHandler } from './client-errors.ts';
import { CONNECTION_OPTIONS, finishRequestsOnClose, limitConnections } from './connections.ts';
import { createErrorHandler, handleNotFound } from './error-handler.ts';
import { healthRoute } from './routes/health.ts';
import { readCallRoutes, type ReadCallDeps } from './routes/read-call.ts';
import { reprocessCallRoute, type ReprocessCallDeps } from './routes/reprocess-call.ts';
import { submitCallRoute, type SubmitCallDeps } from './routes/submit-call.ts';

export type ApiDeps = SubmitCallDeps &
  ReadCallDeps &
  ReprocessCallDeps & { readonly logger: FastifyBaseLogger };

// The largest request is a submission of three short texts.
const BODY_LIMIT_BYTES = 16 * 1024;

// A callSid has up to 128 characters; encoded, three times as many. A longer path names no call.
const PARAM_LIMIT = 3 * 128;

/** The gateway, ready to listen. */
export function buildApi(deps: ApiDeps): FastifyInstance {
  const handleError = createErrorHandler(deps.database);
  const app = fastify({
    loggerInstance: deps.logger,
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: PARAM_LIMIT },
    ...CONNECTION_OPTIONS,
    clientErrorHandler: createClientErrorHandler(deps.logger),
    // A counter would begin again in each process, and several of them write into one log.
    genReqId: () => randomUUID(),
    // Requests that Fastify refuses before it looks for a route.
    frameworkErrors: (error, request, reply) => void handleError(error, request, reply),
  });
  limitConnections(app);
  finishRequestsOnClose(app);
  acceptJsonAndEmptyBodies(app);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(handleError);
  app.setNotFoundHandler(handleNotFound);
  void app.register(healthRoute);
  void app.register(submitCallRoute, deps);
  void app.register(readCallRoutes, deps);
  void app.register(reprocessCallRoute, deps);
  return app;
}
