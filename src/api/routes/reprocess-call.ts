import { setTimeout as sleep } from 'node:timers/promises';

import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import type { CallStatus } from '../../domain/call.ts';
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

// A run closes within milliseconds after its call is COMPLETED, if a worker is there to close it.
const CLOSES_WITHIN_MS = 3_000;
const LOOK_EVERY_MS = 100;

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

      await refuseWhileInProgress(call, from);
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

  async function refuseWhileInProgress(
    call: { readonly callSid: string; readonly callStatus: CallStatus; readonly runId: string },
    from: RedoStep | undefined,
  ): Promise<void> {
    const { callSid } = call;
    const deadline = performance.now() + CLOSES_WITHIN_MS;
    let isClosing: boolean;
    for (;;) {
      const run = await runs.find(callSid);
      if (run === null || !run.isOpen || run.status === 'FAILED') return;
      // Its work is done, and a signal would come too late for it and too early for another run.
      isClosing = call.callStatus === 'COMPLETED' && call.runId === run.runId;
      if (!isClosing || performance.now() > deadline) break;
      await sleep(LOOK_EVERY_MS);
    }
    if (from !== undefined && (await runs.hasFinished(callSid, from))) return;
    if (isClosing) {
      throw new ServiceError(
        'CALL_IN_PROGRESS',
        `The call ${callSid} is COMPLETED, but its run has not closed. If it stays so, check that workers run.`,
      );
    }
    throw new ServiceError(
      'CALL_IN_PROGRESS',
      from === undefined
        ? `The call ${callSid} is being processed and no step of it has failed.`
        : `The call ${callSid} is being processed and has not finished ${from} yet.`,
    );
  }
};
