import { randomUUID } from 'node:crypto';

import { fastifyHelmet } from '@fastify/helmet';
import { fastify, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';

import { guard, type AccessConfig } from './access/access.ts';
import { acceptJsonAndEmptyBodies } from './bodies.ts';
import { createClientErrorHandler } from './client-errors.ts';
import { CONNECTION_OPTIONS, finishRequestsOnClose, limitConnections } from './connections.ts';
import { createErrorHandler, handleNotFound } from './error-handler.ts';
import { describeRequest } from './request-log.ts';
import { healthRoute } from './routes/health.ts';
import { readCallRoutes, type ReadCallDeps } from './routes/read-call.ts';
import { reprocessCallRoute, type ReprocessCallDeps } from './routes/reprocess-call.ts';
import { submitCallRoute, type SubmitCallDeps } from './routes/submit-call.ts';

export type ApiDeps = SubmitCallDeps &
  ReadCallDeps &
  ReprocessCallDeps & { readonly logger: FastifyBaseLogger; readonly access: AccessConfig };

// Far more than a submission of three short texts, and than a filter for many calls.
const BODY_LIMIT_BYTES = 64 * 1024;

// A callSid has up to 128 characters; encoded, three times as many. A longer path names no call.
const PARAM_LIMIT = 3 * 128;

const DATA_ONLY = {
  useDefaults: false,
  directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
};

/** The gateway, ready to listen. */
export function buildApi(deps: ApiDeps): FastifyInstance {
  const handleError = createErrorHandler(deps.database);
  const app = fastify({
    loggerInstance: deps.logger.child({}, { serializers: { req: describeRequest } }),
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
  // Answers are data: a browser that shows one as a page loads nothing and runs nothing.
  void app.register(fastifyHelmet, {
    contentSecurityPolicy: DATA_ONLY,
    frameguard: { action: 'deny' },
  });
  guard(app, deps.access);
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
