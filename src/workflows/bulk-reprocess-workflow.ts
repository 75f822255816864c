import {
  ApplicationFailure,
  CancellationScope,
  continueAsNew,
  isCancellation,
  proxyActivities,
  setCurrentDetails,
  sleep,
} from '@temporalio/workflow';

import type { BulkReprocessActivities } from '../activities/bulk-reprocess/index.ts';
import type { BulkReprocessInput } from '../domain/bulk-reprocess.ts';

// A few statements, and two requests to Temporal of five seconds at the most. There is no end to the
// attempts: the calls wait, and an outage of any length passes.
const { tellNextCall, settleCalls, stopBulkReprocess } = proxyActivities<BulkReprocessActivities>({
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  startToCloseTimeout: '20 seconds',
  retry: { backoffCoefficient: 2, initialInterval: '1 second', maximumInterval: '30 seconds' },
});

// A turn takes seventeen events, so a history has about three thousand, far below the ten thousand at which
// Temporal warns.
const TURNS_PER_RUN = 200;

// Where calls are told fast, those that have ended are counted now and then; where there is a pause, in each.
const SETTLE_EVERY = 20;
const PAUSE_MS = 1_000;

// The last calls may take seconds, or hours.
const FIRST_LOOK_MS = 1_000;
const SLOWEST_LOOK_MS = 30_000;

/**
 * Reprocesses the calls of a list, one after the other at the rate that was asked for, and waits until
 * each has ended. The list, the rate and the counts are in the database, so any number of runs may
 * follow each other. A run that is cancelled leaves the rest of the list alone, and still counts what
 * it has begun.
 */
export async function BulkReprocessWorkflow(input: BulkReprocessInput): Promise<void> {
  const { id } = checkInput(input);
  try {
    await work(id);
  } catch (error) {
    if (!isCancellation(error)) throw error;
    await CancellationScope.nonCancellable(async () => {
      await stopBulkReprocess({ id });
      await work(id);
    });
    throw error;
  }
}

async function work(id: string): Promise<void> {
  let told = 0;
  let lookMs = FIRST_LOOK_MS;
  for (let turn = 1; turn <= TURNS_PER_RUN; turn += 1) {
    const next = await tellNextCall({ id });
    if (next.wasTold) {
      told += 1;
      setCurrentDetails(`This run has told ${told} calls to begin again.`);
    }
    if (next.isMore) {
      if (next.wasTold) await sleep(next.intervalMs);
      if (next.intervalMs >= PAUSE_MS || turn % SETTLE_EVERY === 0) await settleCalls({ id });
      continue;
    }
    const { open, pending } = await settleCalls({ id });
    if (open === 0 && pending === 0) return;
    await sleep(lookMs);
    lookMs = Math.min(lookMs * 1.5, SLOWEST_LOOK_MS);
  }
  await continueAsNew<typeof BulkReprocessWorkflow>({ id });
}

/** The argument may have been typed on a command line. */
function checkInput(input: unknown): BulkReprocessInput {
  const { id }: { readonly id?: unknown } = Object(input);
  if (typeof id === 'string') return { id };
  throw ApplicationFailure.nonRetryable(
    'The argument must be {"id"}, the id that POST /reprocesses returned.',
    'INVALID_INPUT',
  );
}
