import { proxyActivities, type ActivityOptions } from '@temporalio/workflow';

import type { Activities } from '../activities/index.ts';

/**
 * Every step has a time limit, not a number of attempts, because a worker that shuts down uses up an
 * attempt and so does a server that asks for patience. A cancelled step is awaited to its end, which is not the SDK's default: otherwise it could
 * still write COMPLETED after CANCELLED was recorded.
 */
function budget(options: ActivityOptions): ActivityOptions {
  return {
    cancellationType: 'WAIT_CANCELLATION_COMPLETED',
    ...options,
    retry: { backoffCoefficient: 2, ...options.retry },
  };
}

// A few rows: what takes ten seconds is stuck. Six hours outlast a database outage at night.
const { openCall } = proxyActivities<Activities>(
  budget({
    startToCloseTimeout: '10 seconds',
    scheduleToCloseTimeout: '6 hours',
    retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  }),
);

// 2 GiB take an hour at 5 Mbit/s. Five minutes between attempts do not burden a phone system that has
// problems.
const { archiveRecording } = proxyActivities<Activities>(
  budget({
    startToCloseTimeout: '1 hour',
    heartbeatTimeout: '30 seconds',
    scheduleToCloseTimeout: '6 hours',
    retry: { initialInterval: '2 seconds', maximumInterval: '5 minutes' },
  }),
);

// Speech-to-Text takes up to three hours for a recording of eight. The step itself gives a transcription up
// that has failed for twelve hours. The rest of the week is for waiting until a place is free under
// TRANSCRIPTION_CONCURRENCY: a server that transcribes one recording at a time works off a backlog that long.
const { transcribeRecording } = proxyActivities<Activities>(
  budget({
    startToCloseTimeout: '3 hours',
    heartbeatTimeout: '30 seconds',
    scheduleToCloseTimeout: '7 days',
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

// Slow models take minutes for a long call, and may be asked three times; five of the minutes are for waiting
// until a place is free under LLM_CONCURRENCY. The step itself gives an analysis up that has failed for six
// hours; the rest of the week is for that wait too. Attempts that may have cost tokens are limited, by the
// step itself: one that was refused costs nothing and time mends it.
const { analyzeTranscript } = proxyActivities<Activities>(
  budget({
    startToCloseTimeout: '25 minutes',
    heartbeatTimeout: '30 seconds',
    scheduleToCloseTimeout: '7 days',
    retry: { initialInterval: '5 seconds', maximumInterval: '2 minutes' },
  }),
);

// Retried while the run waits for a reprocess, so that the row becomes right when the database is
// back; a day covers the longest outage that would be left unattended.
const { recordFailure } = proxyActivities<Activities>(
  budget({
    startToCloseTimeout: '5 seconds',
    scheduleToCloseTimeout: '24 hours',
    retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
  }),
);

// The step waits for this record, but continues without it after a minute.
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
