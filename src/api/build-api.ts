import { fastify, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';

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
    // Open connections of idle clients must not keep a process from closing.
    forceCloseConnections: 'idle',
    // Requests that Fastify refuses before it looks for a route.
    frameworkErrors: (error, request, reply) => void handleError(error, request, reply),
  });
  acceptEmptyBodies(app);
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

/** Many clients name a content type whether or not they send a body. An empty body counts as no body. */
function acceptEmptyBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    (request, body, done) => {
      if (body === '') return done(null);
      return parseJson(request, body, done);
    },
  );
}
