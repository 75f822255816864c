import { z } from 'zod';

import type { Call } from '../../generated/prisma/client.ts';
import type { ConnectWise } from '../../clients/connectwise/client.ts';
import { ServiceError } from '../../domain/service-error.ts';
import type { CallRepository } from '../../repositories/call-repository.ts';
import type { Database } from '../../repositories/database.ts';
import type { Attempt } from '../step/attempt.ts';

// Nobody waits longer than that to learn that a lookup fails. What the lookup has waited for its first
// turn is not part of it: that time says nothing about ConnectWise.
const GIVE_UP_AFTER_MS = 2 * 60 * 60 * 1000;

/** What the attempts of a lookup tell each other through the call's row. Times in milliseconds. */
const turnNote = z.object({
  /** Whose note it is: a reprocess, and each run, begins anew. */
  activity: z.string(),
  /** The place in the queue that an attempt was given, until its turn has come. */
  place: z.number().nullable(),
  /** When the first turn came. */
  firstTurnAt: z.number().nullable(),
});
type TurnNote = z.infer<typeof turnNote>;

export type InTurnDeps = {
  readonly database: Pick<Database, 'transaction'>;
  readonly calls: Pick<CallRepository, 'update'>;
  readonly connectwise: Pick<ConnectWise, 'admitLookup'>;
};

/**
 * Asks ConnectWise when it is this lookup's turn. An attempt that would wait too long keeps its place for
 * the next one and throws CONNECTWISE_QUEUED. Failures that would be tried again are final two hours
 * after the first turn.
 */
export async function askInTurn<T>(
  { database, calls, connectwise }: InTurnDeps,
  { call, attempt }: { readonly call: Call; readonly attempt: Attempt },
  ask: () => Promise<T>,
): Promise<T> {
  const activity = `${attempt.runId}/${attempt.activityId}`;
  const { place, firstTurnAt } = readNote(call, activity);
  const keep = (note: Omit<TurnNote, 'activity'>) =>
    database.transaction(async (tx) => {
      const current = await attempt.lockCall(call, tx);
      // A faster attempt has stored its answer, so nobody comes back for this place.
      if (current.companyMatch !== null && current.matchRunId === call.runId) return;
      await calls.update(call.id, { lookupTurn: { activity, ...note } }, tx);
    });

  try {
    await connectwise.admitLookup(place, attempt.signal);
  } catch (error) {
    const given = placeOf(error);
    if (given !== null) await keep({ place: given, firstTurnAt });
    throw error;
  }

  const countsFrom = firstTurnAt ?? Date.now();
  try {
    return await ask();
  } catch (error) {
    if (attempt.signal.aborted || !(error instanceof ServiceError) || !error.retryable) throw error;
    if (Date.now() - countsFrom >= GIVE_UP_AFTER_MS) throw error.forGood();
    await keep({ place: null, firstTurnAt: countsFrom });
    throw error;
  }
}

/** What earlier attempts of this activity left behind. */
function readNote(call: Call, activity: string): Omit<TurnNote, 'activity'> {
  const note = turnNote.safeParse(call.lookupTurn);
  return note.success && note.data.activity === activity
    ? note.data
    : { place: null, firstTurnAt: null };
}

/** The place that an attempt was given which has to come back for its turn, else `null`. */
function placeOf(error: unknown): number | null {
  if (!(error instanceof ServiceError) || error.code !== 'CONNECTWISE_QUEUED') return null;
  const place = error.context['place'];
  return typeof place === 'number' ? place : null;
}
