import { setTimeout as delay } from 'node:timers/promises';

import type { Logger } from 'pino';

import type { ServiceError } from '../domain/service-error.ts';

type Digests = {
  mend(after: string | null): Promise<{ readonly next: string | null; readonly made: number }>;
};

type CountedDays = {
  listDue(): Promise<readonly string[]>;
  count(day: string): Promise<void>;
  listDueMonths(): Promise<readonly string[]>;
  countMonth(month: string): Promise<void>;
};

type Deps = {
  readonly digests: Digests;
  readonly countedDays: CountedDays;
  /** A failure of the database as a ServiceError; `null` for any other error. */
  readonly toServiceError: (error: unknown) => ServiceError | null;
  readonly logger: Logger;
};

// Between two batches others get their turn; a hundred thousand old calls still take only minutes.
const BATCH_PAUSE_MS = 50;

// What is left then: companies that were renamed, and calls that an older version has finished since.
const ROUND_PAUSE_MS = 6 * 60 * 60 * 1_000;

const RETRY_PAUSE_MS = 60_000;

/**
 * Goes through all calls, again and again, and makes the digests that are missing or outdated, so
 * that lists and searches know old calls too, and counts the days and months that are due, so that
 * statistics need not. Ends when the signal is aborted.
 */
export async function keepDigests(deps: Deps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const isDone = await goThroughAll(deps, signal);
    await pause(isDone ? ROUND_PAUSE_MS : RETRY_PAUSE_MS, signal);
  }
}

/** Whether it came to the end. Searching is not worth a worker, so a failure is told and waited out. */
async function goThroughAll(
  { digests, countedDays, toServiceError, logger }: Deps,
  signal: AbortSignal,
): Promise<boolean> {
  let total = 0;
  let after: string | null = null;
  try {
    do {
      const { next, made } = await digests.mend(after);
      total += made;
      after = next;
      if (after !== null) await pause(BATCH_PAUSE_MS, signal);
    } while (after !== null && !signal.aborted);
    if (total > 0) logger.info({ calls: total }, 'Calls were made ready for lists and searches.');
    await countDays(countedDays, signal);
    return true;
  } catch (error) {
    const { code = 'INTERNAL_ERROR', message = 'An unexpected error.' } =
      toServiceError(error) ?? {};
    logger.warn({ code }, `Lists and searches may miss calls: ${message}`);
    return false;
  }
}

async function countDays(countedDays: CountedDays, signal: AbortSignal): Promise<void> {
  for (const day of await countedDays.listDue()) {
    if (signal.aborted) return;
    await countedDays.count(day);
    await pause(BATCH_PAUSE_MS, signal);
  }
  for (const month of await countedDays.listDueMonths()) {
    if (signal.aborted) return;
    await countedDays.countMonth(month);
    await pause(BATCH_PAUSE_MS, signal);
  }
}

/** Ends early when the signal is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
