import type { CallKey } from '../../domain/call.ts';
import type { RedoStep } from '../../domain/names.ts';
import type { Database } from '../../repositories/database.ts';
import { superseded } from '../step/call-row.ts';
import { runStep, type RunStepDeps } from '../step/define-step.ts';

export type OpenCallDeps = RunStepDeps & {
  readonly database: Database;
  /** How long a parked call waits for a reprocess, in milliseconds. */
  readonly reprocessWindowMs: number;
};

export type OpenCallInput = CallKey & {
  readonly redoFrom: RedoStep | null;
  readonly reason: string | null;
};

export type OpenCallResult = {
  /** The call was COMPLETED before, and nobody asked to redo a step. */
  readonly alreadyCompleted: boolean;
  readonly reprocessWindowMs: number;
};

/**
 * Makes sure that the call has a row and marks it PROCESSING for this run. A COMPLETED call is
 * left as it is (SKIPPED) unless a step is to be redone.
 */
export function createOpenCall(deps: OpenCallDeps) {
  const { database, calls, log, reprocessWindowMs } = deps;
  return (input: OpenCallInput): Promise<OpenCallResult> =>
    // A failed attempt has no row to be noted on: what fails here is the database itself.
    runStep(
      deps,
      'openCall',
      input.callSid,
      () => null,
      (attempt) =>
        database.transaction(async (tx) => {
          const { callSid, recordgroup, recordid, redoFrom, reason } = input;
          const { runId, transition } = attempt;
          const call = await calls.findOrCreate(
            {
              callSid,
              recordgroup,
              recordid,
              callStatus: 'PROCESSING',
              startTime: await calls.now(tx),
              runId,
              transition,
            },
            tx,
          );

          // Completed by this very run: this attempt was held up, and is told below that it is late.
          const isOwn = call.runId === runId;
          if (call.callStatus === 'COMPLETED' && redoFrom === null && !isOwn) {
            const message = 'Skipped: the call was COMPLETED before.';
            await log.create(
              attempt.logRow({ callId: call.id, status: 'LOG_INFO', event: 'SKIPPED', message }),
              tx,
            );
            return { alreadyCompleted: true, reprocessWindowMs };
          }

          const opened = await calls.changeStatus(
            call.id,
            transition,
            {
              callStatus: 'PROCESSING',
              recordgroup,
              recordid,
              runId,
              outcome: null,
              callAnalysisId: null,
              failedStep: null,
              failureCode: null,
              failureMessage: null,
            },
            tx,
          );
          if (!opened) throw superseded('openCall');

          await log.create(
            attempt.logRow(
              redoFrom === null
                ? {
                    callId: call.id,
                    status: 'LOG_INFO',
                    event: 'JOB_STARTED',
                    message: 'Processing started.',
                  }
                : {
                    callId: call.id,
                    status: 'LOG_INFO',
                    event: 'REPROCESS_REQUESTED',
                    message: describeReprocess(redoFrom, reason),
                  },
            ),
            tx,
          );
          return { alreadyCompleted: false, reprocessWindowMs };
        }),
    );
}

/** The log's sentence about a reprocess. */
export function describeReprocess(from: string, reason: string | null): string {
  return `Reprocessing from ${from} was requested${reason === null ? '.' : `: ${reason}`}`;
}
