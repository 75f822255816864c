import { proxyActivities } from '@temporalio/workflow';

import type { SiteDirectoryActivities } from '../activities/site-directory/index.ts';

// Fifty companies, some of them with more than one page of sites, take under two minutes at the
// default limit, and two hours at the lowest limit that can be configured (one request a minute, of
// which a walk takes half). Twelve hours outlast an outage at night; the next walk is a day away.
// Five minutes between attempts do not burden a ConnectWise that has problems.
const { refreshSitePhones } = proxyActivities<SiteDirectoryActivities>({
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  startToCloseTimeout: '4 hours',
  heartbeatTimeout: '30 seconds',
  scheduleToCloseTimeout: '12 hours',
  retry: { backoffCoefficient: 2, initialInterval: '5 seconds', maximumInterval: '5 minutes' },
});

// One statement, which takes milliseconds. Six hours outlast a database outage at night.
const { removeUnseenSitePhones } = proxyActivities<SiteDirectoryActivities>({
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  startToCloseTimeout: '10 seconds',
  scheduleToCloseTimeout: '6 hours',
  retry: { backoffCoefficient: 2, initialInterval: '1 second', maximumInterval: '1 minute' },
});

export const siteDirectoryActivities = { refreshSitePhones, removeUnseenSitePhones };
