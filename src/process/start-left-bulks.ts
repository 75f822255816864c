import { setTimeout as delay } from 'node:timers/promises';

import type { Logger } from 'pino';

type Deps = {
  /** Those whose run may never have been started. */
  readonly listLeft: () => Promise<readonly { readonly id: string }[]>;
  /** Starts the run of one, unless it has or had a run. Returns whether it started. */
  readonly startUnlessKnown: (id: string) => Promise<boolean>;
  readonly logger: Logger;
};

const PAUSE_MS = 15_000;

/**
 * Starts reprocesses of many calls whose gateway died between storing the list and starting its run.
 * Several workers may do so at once, because a run starts once. Ends when the signal is aborted.
 */
export async function startLeftBulks(deps: Deps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await startAll(deps);
    } catch (error) {
      // The database or Temporal is away, which the steps of calls tell in full.
      const reason = error instanceof Error ? error.name : typeof error;
      deps.logger.debug({ reason }, 'Nobody can say which reprocesses of many calls were left.');
    }
    await delay(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function startAll({ listLeft, startUnlessKnown, logger }: Deps): Promise<void> {
  for (const { id } of await listLeft()) {
    if (await startUnlessKnown(id)) {
      logger.warn({ bulkReprocess: id }, 'A reprocess of many calls was started that was left.');
    }
  }
}
