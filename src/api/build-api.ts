import type { FastifyInstance } from 'fastify';

import { guard, type AccessConfig } from './access/access.ts';
import { createBase, type BaseDeps } from './base.ts';
import { finishRequestsOnClose } from './connections.ts';
import { collectDocument } from './document/document.ts';
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
  PaidReprocessDeps &
  BaseDeps & {
    readonly logFeed: LogFeedRepository;
    readonly access: AccessConfig;
    readonly limits: Limits;
  };

// Enough for nearly every request, and half of the ten seconds after which `docker stop` kills a process.
const LAST_REQUESTS_MS = 5_000;

/** The gateway, ready to listen. */
export function buildApi(deps: ApiDeps): FastifyInstance {
  const app = createBase(deps);
  const streams = followLog(app, deps);
  finishRequestsOnClose(app, LAST_REQUESTS_MS);
  const metrics = createMetrics(deps);
  countRequests(app, metrics);
  shedLoad(app, deps.limits.eventLoopDelayMs);
  const requestLimits = createRequestLimits(app, deps.limits);
  guard(app, deps.access, requestLimits);
  const openRuns = createOpenRuns(deps.runs, deps.limits.openRunsPerKey);
  const paid = createPaidReprocesses(deps, deps.limits.paidReprocessesPerDay);
  collectDocument(app, { hasKeys: deps.access.apiKeys.length > 0 });
  void app.register(documentRoutes);
  void app.register(healthRoute);
  void app.register(readinessRoute, deps);
  void app.register(metricsRoute, { metrics: metrics.registry });
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
