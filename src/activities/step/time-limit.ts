import { z } from 'zod';

import type { Call } from '../../generated/prisma/client.ts';
import type { ErrorCode } from '../../domain/error-codes.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { Database } from '../../repositories/database.ts';
import { toServiceError } from '../failure.ts';
import type { Attempt } from './attempt.ts';

/** The attempt ended because no place was free at a system that takes only so many requests at once. */
const QUEUED: ReadonlySet<ErrorCode> = new Set(['SPEECH_QUEUED', 'MODEL_QUEUED']);

// No attempt lasts longer. One that begins when the time is already over still fails with a reason of its own;
// when even the longest would have ended, it is a chain of attempts that hang.
const LONGEST_ATTEMPT_MS = 3 * 60 * 60 * 1000;

/** What the attempts of a step tell each other through the call's row. */
const placeNote = z.object({
  /** Whose note it is: a reprocess, and each run, begins anew. */
  activity: z.string(),
  /** Until when it has waited for a place, in milliseconds since 1970. */
  waitedUntil: z.number(),
  /** Something else has failed since, so the step's time runs from there. */
  isRunning: z.boolean(),
});
type PlaceNote = z.infer<typeof placeNote>;

export type TimeLimitDeps = {
  readonly database: Pick<Database, 'toServiceError'>;
  readonly calls: Pick<CallRepository, 'notePlace'>;
};

type Limited = {
  readonly call: Call;
  readonly attempt: Attempt;
  /** How long the attempts may fail, in milliseconds. */
  readonly limitMs: number;
};

/**
 * Does the work of an attempt of a step that may have to wait for a place. Failures that would be
 * tried again are final when the step's time is over, which begins when the step was scheduled or,
 * if it had to wait, when that wait was over: waiting says nothing about the system. Temporal's own
 * limit for the step has room for both.
 *
 * Throws TIMEOUT at once when the time is long over and no attempt lived to say why it failed.
 */
export async function withinTime<T>(
  { database, calls }: TimeLimitDeps,
  { call, attempt, limitMs }: Limited,
  work: () => Promise<T>,
): Promise<T> {
  const activity = `${attempt.runId}/${attempt.activityId}`;
  const note = readNote(call, activity);
  const isWaiting = note !== null && !note.isRunning;
  const attemptBegunAt = Date.now();
  const begunAt = isWaiting ? attemptBegunAt : (note?.waitedUntil ?? attempt.scheduledAt.getTime());
  const isOver = (graceMs = 0) => Date.now() - begunAt >= limitMs + graceMs;
  const keep = (kept: Omit<PlaceNote, 'activity'>) =>
    calls.notePlace({ id: call.id, runId: attempt.runId }, { activity, ...kept });

  // A first attempt may have waited for a worker.
  if (attempt.number > 1 && isOver(LONGEST_ATTEMPT_MS)) {
    throw new ServiceError('TIMEOUT', 'No attempt of the step finished within its time limit.');
  }
  try {
    return await work();
  } catch (error) {
    const failure = toServiceError(error, database);
    if (attempt.signal.aborted || !failure.retryable) throw error;
    if (QUEUED.has(failure.code)) {
      if (note?.isRunning !== true) await keep({ waitedUntil: Date.now(), isRunning: false });
      throw error;
    }
    if (isOver()) throw failure.forGood();
    if (isWaiting) await keep({ waitedUntil: attemptBegunAt, isRunning: true });
    throw error;
  }
}

/** What earlier attempts of this activity left behind. */
function readNote(call: Call, activity: string): PlaceNote | null {
  const note = placeNote.safeParse(call.placeNote);
  return note.success && note.data.activity === activity ? note.data : null;
}
