import { randomUUID } from 'node:crypto';

import { fastifyHelmet } from '@fastify/helmet';
import { fastify, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';

import { guard, type AccessConfig } from './access/access.ts';
import { acceptJsonAndEmptyBodies } from './bodies.ts';
import { createClientErrorHandler, refuseExpectations } from './client-errors.ts';
import { CONNECTION_OPTIONS, finishRequestsOnClose, limitConnections } from './connections.ts';
import { collectDocument } from './document/document.ts';
import { createErrorHandler, handleNotFound } from './error-handler.ts';
import { countRequests } from './metrics/count-requests.ts';
import { createMetrics, type MetricsDeps } from './metrics/metrics.ts';
import { createFeed } from './events/feed.ts';
import { createEventStreams, type EventStreams } from './events/streams.ts';
import type { LogFeedRepository } from '../repositories/log-feed-repository.ts';
import { createStreamLimit } from './limits/event-streams.ts';
import type { Limits } from './limits/limits.ts';
import { createOpenRuns } from './limits/open-runs.ts';
import { createPaidReprocesses, type PaidReprocessDeps } from './limits/paid-reprocesses.ts';
import { createRequestLimits } from './access/request-limits.ts';
import { shedLoad } from './access/shed-load.ts';
import { describeRequest } from './request-log.ts';
import { bulkReprocessesRoutes, type BulkReprocessesDeps } from './routes/bulk-reprocesses.ts';
import { callHistoryRoutes, type CallHistoryDeps } from './routes/call-history.ts';
import { documentRoutes } from './routes/document.ts';
import { eventsRoutes, type EventsDeps } from './routes/events.ts';
import { healthRoute } from './routes/health.ts';
import { listCallRoutes, type ListCallsDeps } from './routes/list-calls.ts';
import { metricsRoute } from './routes/metrics.ts';
import { readinessRoute, type ReadinessDeps } from './routes/readiness.ts';
import { readCallRoutes, type ReadCallDeps } from './routes/read-call.ts';
import { recordingRoute, type RecordingDeps } from './routes/recording.ts';
import { reprocessReceiptRoute, type ReprocessReceiptDeps } from './routes/reprocess-receipt.ts';
import { reprocessCallRoute, type ReprocessCallDeps } from './routes/reprocess-call.ts';
import { sessionRoutes } from './routes/session.ts';
import { phoneSystemHookRoutes, type PhoneSystemHookDeps } from './routes/phone-system-hook.ts';
import { submitCallRoute } from './routes/submit-call.ts';
import { waveformRoute } from './routes/waveform.ts';
import { createSubmit, type SubmitDeps } from './submit.ts';

export type ApiDeps = Omit<SubmitDeps, 'openRuns'> &
  ReadCallDeps &
  ListCallsDeps &
  Omit<ReprocessCallDeps, 'openRuns' | 'paid'> &
  Omit<PhoneSystemHookDeps, 'submit' | 'requestLimits'> &
  CallHistoryDeps &
  RecordingDeps &
  Omit<EventsDeps, 'streams' | 'streamLimit'> &
  BulkReprocessesDeps &
  ReprocessReceiptDeps &
  ReadinessDeps &
  MetricsDeps &
  PaidReprocessDeps & {
    readonly logger: FastifyBaseLogger;
    readonly logFeed: LogFeedRepository;
    readonly access: AccessConfig;
    readonly limits: Limits;
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

/** The gateway, ready to listen. */
export function buildApi(deps: ApiDeps): FastifyInstance {
  const handleError = createErrorHandler(deps.database);
  const app = fastify({
    loggerInstance: deps.logger.child({}, { serializers: { req: describeRequest } }),
    trustProxy: deps.trustedProxies.length === 0 ? false : [...deps.trustedProxies],
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
  refuseExpectations(app);
  const streams = followLog(app, deps);
  finishRequestsOnClose(app);
  // Answers are data: a browser that shows one as a page loads nothing and runs nothing.
  void app.register(fastifyHelmet, {
    contentSecurityPolicy: DATA_ONLY,
    frameguard: { action: 'deny' },
  });
  const metrics = createMetrics(deps);
  countRequests(app, metrics);
  shedLoad(app, deps.limits.eventLoopDelayMs);
  const requestLimits = createRequestLimits(app, deps.limits);
  guard(app, deps.access, requestLimits);
  acceptJsonAndEmptyBodies(app);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(handleError);
  app.setNotFoundHandler(handleNotFound);
  const openRuns = createOpenRuns(deps.runs, deps.limits.openRunsPerKey);
  const paid = createPaidReprocesses(deps, deps.limits.paidReprocessesPerDay);
  collectDocument(app, { hasKeys: deps.access.apiKeys.length > 0 });
  void app.register(documentRoutes);
  void app.register(healthRoute);
  void app.register(readinessRoute, deps);
  void app.register(metricsRoute, { metrics });
  const submit = createSubmit({ ...deps, openRuns });
  void app.register(submitCallRoute, { submit });
  void app.register(listCallRoutes, deps);
  void app.register(readCallRoutes, deps);
  void app.register(callHistoryRoutes, deps);
  void app.register(recordingRoute, deps);
  void app.register(waveformRoute, deps);
  const streamLimit = createStreamLimit(deps.limits.eventStreamsPerKey);
  void app.register(eventsRoutes, { ...deps, streams, streamLimit });
  void app.register(reprocessReceiptRoute, deps);
  void app.register(reprocessCallRoute, { ...deps, openRuns, paid });
  void app.register(bulkReprocessesRoutes, deps);
  void app.register(sessionRoutes, { access: deps.access, requestLimits });
  void app.register(phoneSystemHookRoutes, { ...deps, submit, requestLimits });
  return app;
}

/** The streams of events. They end before the last requests are waited for, because they never do by themselves. */
function followLog(app: FastifyInstance, { logFeed: log, database }: ApiDeps): EventStreams {
  const warn = (text: string) => (error: unknown) => {
    const failure = database.toServiceError(error);
    app.log.warn(failure === null ? { error } : { code: failure.code }, text);
  };
  const feed = createFeed(log, warn('The streams of events wait: the log cannot be read.'));
  const streams = createEventStreams(
    { feed, log },
    warn('A stream of events was ended: the log cannot be read.'),
  );
  app.addHook('preClose', async () => streams.close());
  return streams;
}
