import type { FastifyBaseLogger } from 'fastify';

import type { Call } from '../generated/prisma/client.ts';
import type { CallKey } from '../domain/call.ts';
import { ServiceError } from '../domain/service-error.ts';
import type { CallRepository } from '../repositories/call-repository.ts';
import type { Database } from '../repositories/database.ts';
import type { CallRun, CallRuns } from '../clients/temporal/call-runs.ts';
import type { OpenRuns } from './limits/open-runs.ts';
import type { RunReply } from './schemas.ts';
import { toRunReply, type LinkBuilder } from './views.ts';

export type SubmitDeps = {
  readonly database: Pick<Database, 'toServiceError'>;
  readonly calls: CallRepository;
  readonly runs: CallRuns;
  readonly linksOf: LinkBuilder;
  readonly openRuns: OpenRuns;
};

/** Who submits a call (`null`: nobody knows), and where to log what the sender need not know. */
type Sender = { readonly actor: string | null; readonly log: FastifyBaseLogger };

export type Submit = ReturnType<typeof createSubmit>;

/**
 * Creates what starts a call once, however often it is submitted: 202 when it starts now, 200 when it is
 * known already.
 */
export function createSubmit(deps: SubmitDeps) {
  const { linksOf } = deps;
  return async (
    key: CallKey,
    { actor, log }: Sender,
  ): Promise<{ readonly status: 200 | 202; readonly body: RunReply }> => {
    const call = await findIfDatabaseAnswers(deps, key.callSid, (error) =>
      log.warn(
        { code: error.code },
        'The database does not answer: Temporal alone decides whether the call starts.',
      ),
    );
    // Temporal forgets closed runs after a while; the row stays.
    if (call?.callStatus === 'COMPLETED') {
      refuseOther(key, call);
      const run = { runId: call.runId, status: 'COMPLETED' } as const;
      return { status: 200, body: toRunReply(key.callSid, run, linksOf) };
    }

    const { started, run } = await startAdmitted(deps, key, actor);
    if (!started && run.startedWith !== null) refuseOther(key, run.startedWith);
    return { status: started ? 202 : 200, body: toRunReply(key.callSid, run, linksOf) };
  };
}

/** Starts a call as far as the limit on open runs permits; one that is known begins no run. */
async function startAdmitted(
  { runs, openRuns }: SubmitDeps,
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
  { database, calls }: Pick<SubmitDeps, 'database' | 'calls'>,
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
