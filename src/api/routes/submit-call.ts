import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import { callerOf } from '../access/caller.ts';
import { runReply, submitBody } from '../schemas.ts';
import type { Submit } from '../submit.ts';
import { noQuery } from '../closed-query.ts';
import { about, TEMPORAL_REFUSALS } from '../document/about.ts';

export type SubmitCallDeps = { readonly submit: Submit };

/** `POST /calls`: starts a call once, however often the request is sent. */
export const submitCallRoute: FastifyPluginAsyncZod<SubmitCallDeps> = async (app, { submit }) => {
  app.post(
    '/calls',
    {
      schema: {
        ...about({
          name: 'submitCall',
          tag: 'calls',
          summary: 'Process a recording',
          does: 'Starts to process a recording of the phone system: 202. A call is started once, however often it is submitted; one that is open or COMPLETED already is answered with 200. Works while the database is away.',
          refusals: ['CALL_CONFLICT', 'LIMIT_REACHED', ...TEMPORAL_REFUSALS],
        }),
        querystring: noQuery,
        body: submitBody,
        response: { 200: runReply, 202: runReply },
      },
    },
    async (request, reply) => {
      const { callRecordingId, ...key } = request.body;
      const sender = { actor: callerOf(request), log: request.log };
      const { status, body } = await submit({ callSid: callRecordingId, ...key }, sender);
      return reply.status(status).send(body);
    },
  );
};
