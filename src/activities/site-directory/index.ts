import { translateErrors } from '../step/translate-errors.ts';
import {
  createRefreshSitePhones,
  type RefreshSitePhonesDeps,
  type RefreshSitePhonesInput,
} from './refresh-site-phones.ts';

export type SiteDirectoryActivities = ReturnType<typeof createSiteDirectoryActivities>;

export type RemoveUnseenInput = { readonly walkId: string; readonly startedAt: string };

/** The activities of a walk through the sites, under the names by which Temporal knows them. */
export function createSiteDirectoryActivities(deps: RefreshSitePhonesDeps) {
  const { database, sitePhones } = deps;
  const refreshPage = createRefreshSitePhones(deps);
  return {
    refreshSitePhones: (input: RefreshSitePhonesInput) =>
      translateErrors(() => refreshPage(input), { database }),

    /**
     * Removes the numbers of sites and companies that a complete walk has not seen. Returns how many;
     * 0 when it runs again.
     */
    removeUnseenSitePhones: ({ walkId, startedAt }: RemoveUnseenInput) =>
      translateErrors(
        async () => ({
          removed: await sitePhones.removeUnseen({ id: walkId, startedAt: new Date(startedAt) }),
        }),
        { database },
      ),
  };
}
