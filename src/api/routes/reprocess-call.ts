import { setTimeout as sleep } from 'node:timers/promises';

import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import type { Call } from '../../generated/prisma/client.ts';
import type { RedoStep } from '../../domain/names.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { CallRun, CallRuns } from '../../clients/temporal/call-runs.ts';
import { callerOf } from '../access/caller.ts';
import type { OpenRuns } from '../limits/open-runs.ts';
import type { PaidReprocesses } from '../limits/paid-reprocesses.ts';
import { callParams, reprocessBody, runReply } from '../schemas.ts';
import { whyUnknown } from '../unknown-call.ts';
import { toRunReply, type LinkBuilder } from '../views.ts';
import { noQuery } from '../closed-query.ts';
import { about, DATABASE_REFUSALS, TEMPORAL_REFUSALS } from '../document/about.ts';

export type ReprocessCallDeps = {
  readonly calls: CallRepository;
  readonly runs: CallRuns;
  readonly linksOf: LinkBuilder;
  readonly openRuns: OpenRuns;
  readonly paid: PaidReprocesses;
};

/** The state of a call, as its row has it. `runId` is the run that last opened it. */
type OpenedCall = Pick<Call, 'callSid' | 'callStatus' | 'runId'>;

// A run closes within milliseconds of its call being COMPLETED, or of its cancellation while it is parked, if
// a worker is there to close it.
const CLOSES_WITHIN_MS = 3_000;
const POLL_INTERVAL_MS = 100;

/**
 * `POST /calls/:callSid/reprocess`: a parked call resumes at the step that failed; a closed one runs
 * again from `from` (by default, the analysis); an open one begins again at a step that it has
 * finished.
 */
export const reprocessCallRoute: FastifyPluginAsyncZod<ReprocessCallDeps> = async (app, deps) => {
  const { calls, runs, linksOf, openRuns, paid } = deps;
  app.post(
    '/calls/:callSid/reprocess',
    {
      schema: {
        ...about({
          name: 'reprocessCall',
          tag: 'reprocessing',
          summary: 'Reprocess a call',
          does: 'Resumes a FAILED call at the step that failed. Begins any other call again at `from`, by default at `analyzeTranscript`.',
          refusals: [
            'NOT_FOUND',
            'CALL_IN_PROGRESS',
            'LIMIT_REACHED',
            ...DATABASE_REFUSALS,
            ...TEMPORAL_REFUSALS,
          ],
        }),
        params: callParams,
        querystring: noQuery,
        body: reprocessBody,
        response: { 202: runReply },
      },
    },
    async (request, reply) => {
      const { callSid } = request.params;
      const call = await calls.findByCallSid(callSid);
      if (call === null) throw await refusalWithoutRow(callSid);
      const { from, reason } = request.body ?? {};
      const actor = callerOf(request);

      await refuseWhileInProgress(call, from);
      const takeBack = new AsyncDisposableStack();
      try {
        takeBack.defer(await openRuns.admit(actor));
        takeBack.defer(await paid.admit(call, { from, actor }));
        const runId = await runs.reprocess(call, {
          ...(from === undefined ? {} : { from }),
          ...(reason === undefined ? {} : { reason }),
          ...(actor === null ? {} : { actor }),
        });
        const run = { runId, status: 'PROCESSING' } as const;
        return await reply.status(202).send(toRunReply(callSid, run, linksOf));
      } catch (error) {
        await takeBack.disposeAsync();
        throw error;
      }
    },
  );

  /** A call that is waiting for a worker to open it is in progress too. */
  async function refusalWithoutRow(callSid: string): Promise<ServiceError> {
    const why = await whyUnknown(callSid, runs);
    return why.code === 'CALL_NOT_OPENED' ? new ServiceError('CALL_IN_PROGRESS', why.message) : why;
  }

  async function refuseWhileInProgress(
    call: OpenedCall,
    from: RedoStep | undefined,
  ): Promise<void> {
    const { callSid } = call;
    const run = await openRunOf(call);
    if (run === null) return;
    if (run.status === 'FAILED' && !run.isCancelRequested) return;
    if (!run.isCancelRequested && from !== undefined && (await runs.hasFinished(callSid, from)))
      return;
    throw new ServiceError('CALL_IN_PROGRESS', whyInProgress(call, run, from));
  }

  /** The open run, if any. The run of a COMPLETED call, or one that is cancelled, is given time to close. */
  async function openRunOf(call: OpenedCall): Promise<CallRun | null> {
    const deadline = performance.now() + CLOSES_WITHIN_MS;
    for (;;) {
      const run = await runs.find(call.callSid);
      if (run?.isOpen !== true) return null;
      const isAboutToClose = run.isCancelRequested || isClosing(call, run);
      if (!isAboutToClose || performance.now() > deadline) return run;
      await sleep(POLL_INTERVAL_MS);
    }
  }
};

/** Its work is done: a signal would be too late for this run and too early for the next one. */
function isClosing({ callStatus, runId }: OpenedCall, run: CallRun): boolean {
  return callStatus === 'COMPLETED' && runId === run.runId;
}

function whyInProgress(call: OpenedCall, run: CallRun, from: RedoStep | undefined): string {
  const { callSid } = call;
  if (run.isCancelRequested) {
    return `The run of the call ${callSid} is being cancelled and has not closed yet.`;
  }
  if (isClosing(call, run)) {
    return `The call ${callSid} is COMPLETED, but its run has not closed.`;
  }
  return from === undefined
    ? `The call ${callSid} is being processed and no step of it has failed.`
    : `The call ${callSid} is being processed and has not finished ${from} yet.`;
}
