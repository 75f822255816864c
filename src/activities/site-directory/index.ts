import { CancelledFailure, Context } from '@temporalio/activity';

import { toApplicationFailure, toServiceError } from '../failure.ts';
import { createRefreshSitePhones, type RefreshSitePhonesDeps } from './refresh-site-phones.ts';

export type SiteDirectoryActivities = ReturnType<typeof createSiteDirectoryActivities>;

export type RemoveUnseenInput = { readonly walkId: string; readonly startedAt: string };

/** What a walk through the sites does, under the names by which Temporal knows it. */
export function createSiteDirectoryActivities(deps: RefreshSitePhonesDeps) {
  return {
    refreshSitePhones: translated(createRefreshSitePhones(deps)),

    /**
     * Removes the numbers of sites and companies that a whole walk has not met. Returns how many, and
     * 0 if it runs again.
     */
    removeUnseenSitePhones: translated(async ({ walkId, startedAt }: RemoveUnseenInput) => ({
      removed: await deps.sitePhones.removeUnseen({ id: walkId, startedAt: new Date(startedAt) }),
    })),
  };
}

/** Turns what an activity throws into a failure that Temporal understands. */
function translated<I, O>(work: (input: I) => Promise<O>): (input: I) => Promise<O> {
  return async (input) => {
    try {
      return await work(input);
    } catch (error) {
      const { cancellationSignal } = Context.current();
      if (cancellationSignal.aborted) throw cancellationSignal.reason;
      if (error instanceof CancelledFailure) throw error;
      throw toApplicationFailure(toServiceError(error));
    }
  };
}
