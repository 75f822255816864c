import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import type { CallRuns } from '../../clients/temporal/call-runs.ts';
import type { LogEvent } from '../../domain/log-events.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import { callerOf } from '../access/caller.ts';
import { readEventId } from '../events/event-id.ts';
import type { EventStreams } from '../events/streams.ts';
import { toCallEventData, toLogEventData } from '../events/views.ts';
import type { StreamLimit } from '../limits/event-streams.ts';
import { noQuery } from '../closed-query.ts';
import { about, DATABASE_REFUSALS, TEMPORAL_REFUSALS } from '../document/about.ts';
import { callParams } from '../schemas.ts';
import { whyUnknown } from '../unknown-call.ts';

export type EventsDeps = {
  readonly calls: Pick<CallRepository, 'findByCallSid'>;
  readonly runs: CallRuns;
  readonly streams: EventStreams;
  readonly streamLimit: StreamLimit;
};

/** Each is written in the transaction that changes the status of a call. */
const CHANGES_OF_STATUS: readonly LogEvent[] = [
  'JOB_STARTED',
  'REPROCESS_REQUESTED',
  'JOB_COMPLETED',
  'JOB_FAILED',
];

// Who was away for longer has more use for the list of calls than for what became of each meanwhile.
const DAY_MS = 24 * 60 * 60_000;

const eventStream = {
  description: 'Events, each with an id and data in JSON, until one side ends them.',
  content: { 'text/event-stream': { schema: z.string() } },
};

/** What happens, as it happens: server-sent events, which go on where a reader stopped. */
export const eventsRoutes: FastifyPluginAsyncZod<EventsDeps> = async (
  app,
  { calls, runs, streams, streamLimit },
) => {
  app.get(
    '/calls/:callSid/events',
    {
      // An answer that does not end has no use for HEAD.
      exposeHeadRoute: false,
      schema: {
        ...about({
          name: 'followCall',
          tag: 'calls',
          summary: 'The steps of a call, live',
          does: 'Sends each entry of the log of a call as a server-sent event `log`, the ones of before first, and stays open. A reader who sends the id of the last event that it has in `Last-Event-ID` gets all later ones, none twice. An event `reload` says that this is not possible, so that the call has to be read anew.',
          refusals: ['NOT_FOUND', 'CALL_NOT_OPENED', ...DATABASE_REFUSALS, ...TEMPORAL_REFUSALS],
        }),
        params: callParams,
        querystring: noQuery,
        response: { 200: eventStream },
      },
    },
    async (request, reply) => {
      const { callSid } = request.params;
      const after = readEventId(request.headers['last-event-id']);
      reply.raw.once('close', streamLimit.admit(callerOf(request)));
      const call = await calls.findByCallSid(callSid);
      if (call === null) throw await whyUnknown(callSid, runs);
      await streams.serve(reply, {
        after,
        only: { callId: call.id },
        begins: 'at the first row',
        goesBackMs: Infinity,
        name: 'log',
        toData: toLogEventData,
      });
    },
  );

  app.get(
    '/events',
    {
      exposeHeadRoute: false,
      schema: {
        ...about({
          name: 'followCalls',
          tag: 'lists',
          summary: "All calls' changes of status, live",
          does: 'Sends a server-sent event `call` whenever the status of a call changes, from now on. With `Last-Event-ID`, it goes on behind that event, up to a day back; an event `reload` says that this is not possible, so that the list has to be read anew.',
          refusals: DATABASE_REFUSALS,
        }),
        querystring: noQuery,
        response: { 200: eventStream },
      },
    },
    async (request, reply) => {
      const after = readEventId(request.headers['last-event-id']);
      reply.raw.once('close', streamLimit.admit(callerOf(request)));
      await streams.serve(reply, {
        after,
        only: { events: CHANGES_OF_STATUS },
        begins: 'now',
        goesBackMs: DAY_MS,
        name: 'call',
        toData: toCallEventData,
      });
    },
  );
};
