import { randomUUID } from 'node:crypto';

import { fastifyHelmet } from '@fastify/helmet';
import { fastify, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';

import type { Database } from '../repositories/database.ts';
import { acceptJsonAndEmptyBodies } from './bodies.ts';
import { createClientErrorHandler, refuseExpectations } from './client-errors.ts';
import { CONNECTION_OPTIONS, limitConnections } from './connections.ts';
import { createErrorHandler, handleNotFound } from './error-handler.ts';
import { describeRequest } from './request-log.ts';

export type BaseDeps = {
  readonly logger: FastifyBaseLogger;
  readonly database: Pick<Database, 'toServiceError'>;
  /** Addresses and ranges of proxies that are believed when they say whom a request comes from. */
  readonly trustedProxies: readonly string[];
};

// Far more than a submission of three short texts, and than a filter for many calls.
const BODY_LIMIT_BYTES = 64 * 1024;

// A callSid has up to 128 characters; encoded, three times as many. A longer path names no call.
const PARAM_LIMIT = 3 * 128;

const DATA_ONLY = {
  useDefaults: false,
  directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
};

/** What answers requests, without a route yet: its limits, how it reads and writes, and how it tells of errors. */
export function createBase({ logger, database, trustedProxies }: BaseDeps): FastifyInstance {
  const handleError = createErrorHandler(database);
  const app = fastify({
    loggerInstance: logger.child({}, { serializers: { req: describeRequest } }),
    trustProxy: trustedProxies.length === 0 ? false : [...trustedProxies],
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: PARAM_LIMIT },
    ...CONNECTION_OPTIONS,
    clientErrorHandler: createClientErrorHandler(logger),
    // A counter would begin again in each process, and several of them write into one log.
    genReqId: () => randomUUID(),
    // Requests that Fastify refuses before it looks for a route.
    frameworkErrors: (error, request, reply) => void handleError(error, request, reply),
  });
  limitConnections(app);
  refuseExpectations(app);
  // Answers are data: a browser that shows one as a page loads nothing and runs nothing.
  void app.register(fastifyHelmet, {
    contentSecurityPolicy: DATA_ONLY,
    frameguard: { action: 'deny' },
  });
  acceptJsonAndEmptyBodies(app);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(handleError);
  app.setNotFoundHandler(handleNotFound);
  return app;
}
