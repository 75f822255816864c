import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import type { RedoStep } from '../../domain/names.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { CallRuns } from '../call-runs.ts';
import { callParams, reprocessBody, runReply } from '../schemas.ts';
import { whyUnknown } from '../unknown-call.ts';
import { toRunReply, type LinkBuilder } from '../views.ts';

export type ReprocessCallDeps = {
  readonly calls: CallRepository;
  readonly runs: CallRuns;
  readonly linksOf: LinkBuilder;
};

/**
 * `POST /calls/:callSid/reprocess`: a parked call goes on at the step that failed; a closed one is
 * run again from `from` (the analysis unless told otherwise); an open one begins again at a step
 * that it has finished.
 */
export const reprocessCallRoute: FastifyPluginAsyncZod<ReprocessCallDeps> = async (app, deps) => {
  const { calls, runs, linksOf } = deps;
  app.post(
    '/calls/:callSid/reprocess',
    {
      schema: {
        summary: 'Reprocess a call',
        params: callParams,
        body: reprocessBody,
        response: { 202: runReply },
      },
    },
    async ({ params: { callSid }, body }, reply) => {
      const call = await calls.findByCallSid(callSid);
      if (call === null) throw await refusalWithoutRow(callSid);
      const { from, reason } = body ?? {};

      await refuseWhileInProgress(callSid, from);
      const runId = await runs.reprocess(call, {
        ...(from === undefined ? {} : { from }),
        ...(reason === undefined ? {} : { reason }),
      });
      return reply.status(202).send(toRunReply(callSid, { runId, status: 'PROCESSING' }, linksOf));
    },
  );

  /** A call that waits for a worker to open it is in progress as well. */
  async function refusalWithoutRow(callSid: string): Promise<ServiceError> {
    const why = await whyUnknown(callSid, runs);
    return why.code === 'CALL_NOT_OPENED' ? new ServiceError('CALL_IN_PROGRESS', why.message) : why;
  }

  async function refuseWhileInProgress(callSid: string, from: RedoStep | undefined): Promise<void> {
    const run = await runs.find(callSid);
    if (run === null || !run.isOpen || run.status === 'FAILED') return;
    if (from !== undefined && (await runs.hasFinished(callSid, from))) return;
    throw new ServiceError(
      'CALL_IN_PROGRESS',
      from === undefined
        ? `The call ${callSid} is being processed and no step of it has failed.`
        : `The call ${callSid} is being processed and has not finished ${from} yet.`,
    );
  }
};
