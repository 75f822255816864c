import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';

import type { Call } from '../../generated/prisma/client.ts';
import type { CallKey } from '../../domain/call.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { Database } from '../../repositories/database.ts';
import type { CallRun, CallRuns } from '../../clients/temporal/call-runs.ts';
import { callerOf } from '../access/caller.ts';
import type { OpenRuns } from '../limits/open-runs.ts';
import { runReply, submitBody } from '../schemas.ts';
import { toRunReply, type LinkBuilder } from '../views.ts';

export type SubmitCallDeps = {
  readonly database: Pick<Database, 'toServiceError'>;
  readonly calls: CallRepository;
  readonly runs: CallRuns;
  readonly linksOf: LinkBuilder;
  readonly openRuns: OpenRuns;
};

/** `POST /calls`: starts a call once, however often the request is sent. */
export const submitCallRoute: FastifyPluginAsyncZod<SubmitCallDeps> = async (app, deps) => {
  const { linksOf } = deps;
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
      const { body, log } = request;
      const key: CallKey = {
        callSid: body.callRecordingId,
        recordgroup: body.recordgroup,
        recordid: body.recordid,
      };
      const call = await findIfDatabaseAnswers(deps, key.callSid, (error) =>
        log.warn(
          { code: error.code },
          'The database does not answer: Temporal alone decides whether the call starts.',
        ),
      );
      // Temporal forgets closed runs after a while; the row stays.
      if (call?.callStatus === 'COMPLETED') {
        refuseOther(key, call);
        return toRunReply(key.callSid, { runId: call.runId, status: 'COMPLETED' }, linksOf);
      }

      const { started, run } = await startAdmitted(deps, key, callerOf(request));
      if (!started && run.startedWith !== null) refuseOther(key, run.startedWith);
      return reply.status(started ? 202 : 200).send(toRunReply(key.callSid, run, linksOf));
    },
  );
};

/** Starts a call as far as the limit on open runs permits; one that is known begins no run. */
async function startAdmitted(
  { runs, openRuns }: SubmitCallDeps,
  key: CallKey,
  actor: string | null,
): ReturnType<CallRuns['start']> {
  const takeBack = await openRuns.admit(actor).catch(async (error: unknown) => {
    const known = await runs.find(key.callSid);
    if (known?.isOpen === true || known?.status === 'COMPLETED') return () => undefined;
    throw error;
  });
  try {
    const result = await runs.start(key, actor);
    if (!result.started) takeBack();
    return result;
  } catch (error) {
    takeBack();
    throw error;
  }
}

/** The call's row; `null` also while the database does not answer. */
async function findIfDatabaseAnswers(
  { database, calls }: Pick<SubmitCallDeps, 'database' | 'calls'>,
  callSid: string,
  onFailure: (error: ServiceError) => void,
): Promise<Call | null> {
  try {
    return await calls.findByCallSid(callSid);
  } catch (error) {
    const failure = database.toServiceError(error);
    if (failure === null) throw error;
    onFailure(failure);
    return null;
  }
}

function refuseOther(key: CallKey, known: NonNullable<CallRun['startedWith']>): void {
  if (key.recordgroup === known.recordgroup && key.recordid === known.recordid) return;
  throw new ServiceError(
    'CALL_CONFLICT',
    `The call ${key.callSid} is known with recordgroup ${known.recordgroup} and recordid ${known.recordid}.`,
  );
}
