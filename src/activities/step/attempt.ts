import { Context } from '@temporalio/activity';

import type { Call } from '../../generated/prisma/client.ts';
import type { ErrorCode } from '../../domain/error-codes.ts';
import { LOG_STATUS, type LogEvent } from '../../domain/log-events.ts';
import type { Step } from '../../domain/names.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type {
  CallColumns,
  CallNote,
  CallWrites,
  ResultColumns,
} from '../../repositories/call-writes.ts';
import type { Database, TransactionClient } from '../../repositories/database.ts';
import type { ProcessingLogRepository } from '../../repositories/processing-log-repository.ts';
import type { Tally } from '../tally.ts';
import { findCall, superseded } from './call-row.ts';
import { backoffOf } from './backoff.ts';
import { transitionOf } from './transition.ts';

export type AttemptDeps = {
  readonly database: Pick<Database, 'afterCommit'>;
  readonly calls: CallRepository;
  readonly callWrites: CallWrites;
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
   * Rows for the processing log; their severities follow from the events. Each event is logged once per
   * activity, however many attempts it takes.
   */
  toRows(notes: readonly Note[], subject?: NoteSubject): CallNote[];
  /** Counts what notes tell of that were not there before: once the transaction is committed, if there is one. */
  count(notes: readonly Note[], tx?: TransactionClient): void;
  /** Adds such rows about a call, in a transaction, and counts them. */
  note(
    subject: NoteSubject & { readonly callId: string },
    notes: readonly Note[],
    tx: TransactionClient,
  ): Promise<void>;
  /**
   * Stores what the step has found out, and its log rows, in one statement. Returns `null`; or, if a
   * faster attempt of the step has stored its result, the call with that, and nothing was written.
   * Throws STEP_SUPERSEDED, with nothing written, when another run has opened the call meanwhile.
   */
  storeResult(
    call: Pick<Call, 'id' | 'callSid' | 'runId'>,
    where: ResultColumns,
    stored: {
      readonly columns: CallColumns;
      readonly notes: readonly Note[];
      readonly companyId?: string | null;
    },
    tx?: TransactionClient,
  ): Promise<Call | null>;
};

/** An event for the processing log. */
export type Note = {
  readonly event: LogEvent;
  readonly message: string;
  readonly code?: ErrorCode | null;
};

/** What notes are about besides the call. */
type NoteSubject = {
  readonly companyId?: string | null;
  /** Who asked for what is noted. */
  readonly actor?: string | null;
};

/** Successes are noted once per activity, so their rows carry no attempt's number. */
const ANY_ATTEMPT = 0;

/** The attempt that is running. Throws INTERNAL_ERROR outside a workflow's activity. */
export function currentAttempt(
  { database, calls, callWrites, log, tally }: AttemptDeps,
  step: Step,
): Attempt {
  const { info, cancellationSignal } = Context.current();
  const { runId } = info.workflowExecution ?? {};
  if (runId === undefined) {
    throw new ServiceError('INTERNAL_ERROR', `${step} was called outside a workflow.`);
  }
  const { activityId, attempt, scheduledTimestampMs, startToCloseTimeoutMs } = info;
  // By the worker's own clock, as clocks differ.
  const endsAtMs = Date.now() + startToCloseTimeoutMs;
  const key = { step, runId, activityId, attempt: ANY_ATTEMPT };
  const toRows: Attempt['toRows'] = (notes, subject = {}) =>
    notes.map(({ event, message, code = null }) => {
      return { ...key, ...subject, status: LOG_STATUS[event], event, message, code };
    });
  const count: Attempt['count'] = (notes, tx) => {
    const tell = () => {
      for (const { event, code = null } of notes) tally.noted(step, event, code);
    };
    if (tx === undefined) tell();
    else database.afterCommit(tx, tell);
  };
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

    toRows,
    count,

    async note({ callId, ...subject }, notes, tx) {
      const rows = toRows(notes, subject).map((row) => ({ ...row, callId }));
      const added = await log.add(rows, tx);
      if (added === rows.length) count(notes, tx);
    },

    async storeResult(call, where, { columns, notes, companyId = null }, tx) {
      const change = { columns, notes: toRows(notes, { companyId }) };
      if (await callWrites.storeResult(call, where, change, tx)) return null;
      const current = await findCall(calls, call.callSid, tx);
      if (current.runId !== call.runId) throw superseded(step);
      return current;
    },
  };
}
