import { proxyActivities, type ActivityOptions } from '@temporalio/workflow';

import type { Activities } from '../activities/index.ts';

/**
 * Every step is given time, not a number of attempts: a worker that shuts down uses up an attempt.
 * And every step is awaited to its end when it is cancelled: else a late one would write COMPLETED
 * after CANCELLED was recorded. (What the SDK does unless told is not to wait.)
 */
function budget(options: ActivityOptions): ActivityOptions {
  return {
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    ...options,
    retry: { backoffCoefficient: 2, ...options.retry },
  };
}

// A few rows: whatever takes ten seconds is stuck. Six hours outlast a database outage at night.
const { openCall } = proxyActivities<Activities>(
  budget({
    startToCloseTimeout: '10 seconds',
    scheduleToCloseTimeout: '6 hours',
    retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  }),
);

// An hour moves 2 GiB at 5 Mbit/s. Five minutes between attempts spare a phone system in trouble.
const { archiveRecording } = proxyActivities<Activities>(
  budget({
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: '30 seconds',
    scheduleToCloseTimeout: '6 hours',
    retry: { initialInterval: '2 seconds', maximumInterval: '5 minutes' },
  }),
);

// A recording of eight hours takes Speech-to-Text up to three.
const { transcribeRecording } = proxyActivities<Activities>(
  budget({
    startToCloseTimeout: '3 hours',
    heartbeatTimeout: '30 seconds',
    scheduleToCloseTimeout: '12 hours',
    retry: { initialInterval: '5 seconds', maximumInterval: '2 minutes' },
  }),
);

// A handful of short requests. The step itself gives a lookup up that has failed for two hours. The rest
// of the day is for waiting until its turn comes under CONNECTWISE_REQUESTS_PER_MINUTE: at the default of
// 60, a day has turns for 28,800 lookups.
const { matchCompany } = proxyActivities<Activities>(
  budget({
    startToCloseTimeout: '20 seconds',
    scheduleToCloseTimeout: '24 hours',
    retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  }),
);

// Slow models take minutes for a long call, and may be asked three times. Each attempt costs
// tokens, so this step alone has a number of attempts.
const { analyzeTranscript } = proxyActivities<Activities>(
  budget({
    startToCloseTimeout: '20 minutes',
    heartbeatTimeout: '30 seconds',
    scheduleToCloseTimeout: '6 hours',
    retry: { initialInterval: '5 seconds', maximumInterval: '2 minutes', maximumAttempts: 8 },
  }),
);

// Keeps trying beside the wait for a reprocess, so that the row becomes right when the database
// is back; a day covers the longest outage that anybody leaves alone.
const { recordFailure } = proxyActivities<Activities>(
  budget({
    startToCloseTimeout: '5 seconds',
    scheduleToCloseTimeout: '24 hours',
    retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  }),
);

// The step itself waits for this note: after a minute it goes on without.
const { recordReprocess } = proxyActivities<Activities>(
  budget({
    startToCloseTimeout: '5 seconds',
    scheduleToCloseTimeout: '1 minute',
    retry: { initialInterval: '200 milliseconds', maximumInterval: '5 seconds' },
  }),
);

export const activities = {
  openCall,
  archiveRecording,
  transcribeRecording,
  matchCompany,
  analyzeTranscript,
  recordFailure,
  recordReprocess,
};
