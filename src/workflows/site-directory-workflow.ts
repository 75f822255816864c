import {
  ApplicationFailure,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';

import type { RemoveUnseenInput } from '../activities/site-directory/index.ts';
import type { SiteWalkReport, SiteWalkResult } from '../domain/site-phone.ts';
import { siteDirectoryActivities } from './site-directory-activities.ts';
import { toSiteWalk, walkQuery } from './site-walk.ts';
import { toStepFailure } from './step-failure.ts';

// A page takes six events, so a history has about six hundred, far below the ten thousand at which
// Temporal warns, and the history of a run, five thousand companies, can still be read.
const PAGES_PER_RUN = 100;

/**
 * Walks through all companies of ConnectWise, page by page, and stores the numbers of their sites,
 * because sites can be listed only company by company. Numbers that a complete walk has not seen are
 * removed at its end; a walk that fails half-way removes nothing that it has not looked at.
 */
export async function SiteDirectoryWorkflow(input?: unknown): Promise<SiteWalkResult> {
  // The same for all runs of a walk.
  const walkId = workflowInfo().firstExecutionRunId;
  let walk = toSiteWalk(input);
  setHandler(walkQuery, () => ({ companies: walk.companies, numbers: walk.numbers }));

  try {
    for (let page = 0; page < PAGES_PER_RUN; page += 1) {
      const { afterCompanyId } = walk;
      const done = await siteDirectoryActivities.refreshSitePhones({ walkId, afterCompanyId });
      const startedAt = walk.startedAt ?? done.startedAt;
      walk = {
        afterCompanyId: done.nextAfterCompanyId ?? afterCompanyId,
        startedAt,
        companies: walk.companies + done.companies,
        numbers: walk.numbers + done.numbers,
      };
      setCurrentDetails(
        `Looked at the sites of ${walk.companies} companies, which have ${walk.numbers} numbers.`,
      );
      if (done.nextAfterCompanyId === null) return await finish(walk, { walkId, startedAt });
    }
  } catch (error) {
    throw isCancellation(error) ? error : toWalkFailure(error);
  }
  return continueAsNew<typeof SiteDirectoryWorkflow>(walk);
}

async function finish(
  { companies, numbers }: SiteWalkReport,
  walk: RemoveUnseenInput,
): Promise<SiteWalkResult> {
  if (companies === 0) {
    // Every tenant has at least its own company. Accepting this answer would empty the directory.
    throw ApplicationFailure.nonRetryable(
      "ConnectWise shows the API member no company at all; check the member's rights.",
      'CONNECTWISE_CREDENTIALS_REFUSED',
    );
  }
  const { removed } = await siteDirectoryActivities.removeUnseenSitePhones(walk);
  return { companies, numbers, removed };
}

/** Why the walk ended, under the code of the activity that was given up. */
function toWalkFailure(error: unknown): ApplicationFailure {
  const { code, message } = toStepFailure(error);
  return ApplicationFailure.nonRetryable(
    `The walk through the sites stopped early. ${message} What it had not reached is unchanged. Correct the cause, then run: npm run site-directory`,
    code,
  );
}
