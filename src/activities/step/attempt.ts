import { Context } from '@temporalio/activity';

import type { Call } from '../../generated/prisma/client.ts';
import type { ErrorCode } from '../../domain/error-codes.ts';
import { LOG_STATUS, type LogEvent } from '../../domain/log-events.ts';
import type { Step } from '../../domain/names.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { Database, TransactionClient } from '../../repositories/database.ts';
import type { ProcessingLogRepository } from '../../repositories/processing-log-repository.ts';
import type { Tally } from '../tally.ts';
import { superseded } from './call-row.ts';
import { backoffOf } from './backoff.ts';
import { transitionOf } from './transition.ts';

export type AttemptDeps = {
  readonly database: Pick<Database, 'afterCommit'>;
  readonly calls: CallRepository;
  readonly log: ProcessingLogRepository;
  readonly tally: Tally;
};

/** What an activity knows about the attempt that it is, and how it writes to its call. */
export type Attempt = {
  readonly step: Step;
  /** The run that the attempt belongs to. */
  readonly runId: string;
  readonly activityId: string;
  /** Counts from 1. */
  readonly number: number;
  /** How long Temporal waits after this attempt if it fails and names no delay, in milliseconds. */
  readonly backoffMs: number;
  /** When the step was first scheduled, by Temporal's clock. */
  readonly scheduledAt: Date;
  /** Where the attempt stands in the order of the call's changes of status. */
  readonly transition: bigint;
  /**
   * Whether Temporal has given the attempt up, because its time was over before it ended: another one has
   * taken its place, and how this one ends is of no interest to anybody. A frozen worker learns of it no
   * other way.
   */
  isOver(): boolean;
  /** How long it is until then, in milliseconds. */
  timeLeftMs(): number;
  /** Aborts when the run is cancelled, the attempt has timed out or the worker shuts down. */
  readonly signal: AbortSignal;
  /**
   * The call as it is now, locked until the transaction ends: a step that was held up learns from
   * it what has happened since it read the row. Throws STEP_SUPERSEDED when another run has opened
   * the call meanwhile, so that the transaction writes nothing.
   */
  lockCall(call: Pick<Call, 'id' | 'runId'>, tx: TransactionClient): Promise<Call>;
  /**
   * Returns how the transaction notes events about a call, or about a call and its company, in the
   * processing log. Each event is noted once per activity, however many attempts it takes.
   */
  notesOn(subject: NoteSubject, tx: TransactionClient): Note;
};

type NoteSubject = {
  readonly callId: string;
  readonly companyId?: string | null;
  /** Who asked for what is noted. */
  readonly actor?: string | null;
};

/** Adds one row to the processing log; its severity follows from the event. */
type Note = (event: LogEvent, message: string, code?: ErrorCode) => Promise<void>;

/** Successes are noted once per activity, so their rows carry no attempt's number. */
const ANY_ATTEMPT = 0;

/** The attempt that is running. Throws INTERNAL_ERROR outside a workflow's activity. */
export function currentAttempt({ database, calls, log, tally }: AttemptDeps, step: Step): Attempt {
  const { info, cancellationSignal } = Context.current();
  const { runId } = info.workflowExecution ?? {};
  if (runId === undefined) {
    throw new ServiceError('INTERNAL_ERROR', `${step} was called outside a workflow.`);
  }
  const { activityId, attempt, scheduledTimestampMs, startToCloseTimeoutMs } = info;
  // By the worker's own clock, as clocks differ.
  const endsAtMs = Date.now() + startToCloseTimeoutMs;
  const key = { step, runId, activityId, attempt: ANY_ATTEMPT };
  return {
    step,
    runId,
    activityId,
    number: attempt,
    backoffMs: backoffOf(info),
    scheduledAt: new Date(scheduledTimestampMs),
    transition: transitionOf(info),
    isOver: () => Date.now() >= endsAtMs,
    timeLeftMs: () => endsAtMs - Date.now(),
    signal: cancellationSignal,

    async lockCall({ id, runId: expectedRunId }, tx) {
      const call = await calls.lock(id, tx);
      if (call.runId !== expectedRunId) throw superseded(step);
      return call;
    },

    notesOn: (subject, tx) => async (event, message, code) => {
      const status = LOG_STATUS[event];
      const row = { ...key, ...subject, status, event, message, code: code ?? null };
      const isNew = await log.create(row, tx);
      if (isNew) database.afterCommit(tx, () => tally.noted(step, event, row.code));
    },
  };
}
