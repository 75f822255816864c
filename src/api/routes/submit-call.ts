import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import { callerOf } from '../access/caller.ts';
import { runReply, submitBody } from '../schemas.ts';
import type { Submit } from '../submit.ts';

export type SubmitCallDeps = { readonly submit: Submit };

/** `POST /calls`: starts a call once, however often the request is sent. */
export const submitCallRoute: FastifyPluginAsyncZod<SubmitCallDeps> = async (app, { submit }) => {
  app.post(
    '/calls',
    {
      schema: {
        summary: 'Process a recording',
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
