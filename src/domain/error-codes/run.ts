import type { CodeFacts } from './code-facts.ts';

/** How a run can end or a step be given up, whatever system it was asking. */
export const RUN_CODES = {
  CALL_ROW_MISSING: {
    meaning: 'The row of the call vanished from the database during its run.',
    retryable: false,
    remedy: 'Cancel the run and submit the call again.',
  },
  STEP_SUPERSEDED: {
    meaning: 'A later run or attempt has taken over this call, and this one wrote nothing.',
    retryable: false,
    remedy: 'Nothing needs to be done.',
  },
  TIMEOUT: {
    meaning: 'The step gave no answer in all the time it has.',
    retryable: false,
    remedy:
      'Check that workers are running and that the systems it needs are up, then send the signal reprocess.',
  },
  WORKER_CRASHED: {
    meaning: 'Workers died or lost contact with Temporal five times while they ran this step.',
    retryable: false,
    remedy: 'Look at the logs and the memory of the workers before sending the signal reprocess.',
  },
  CANCELLED: {
    meaning: 'The run was cancelled by an operator.',
    retryable: false,
    remedy: 'Submit the call again, or ask the gateway to reprocess it.',
  },
  RUN_CLOSED: {
    meaning:
      'The run was terminated, or was closed in another way before it could record how it ended. Nobody is working on the call.',
    retryable: false,
    remedy:
      'Submit the call again, or ask the gateway to reprocess it; what is stored is not paid for again.',
  },
  REPROCESS_WINDOW_EXPIRED: {
    meaning: 'Nobody reprocessed the parked call within REPROCESS_WINDOW, so its run was closed.',
    retryable: false,
    remedy: 'Correct the cause, then ask the gateway to reprocess the call.',
  },
  INTERNAL_ERROR: {
    meaning:
      'The service met an error that it has no code for, or the database refused what it wrote. This is a defect.',
    retryable: true,
    remedy: 'Report it as a defect, with the callSid, then send the signal reprocess.',
    requestRemedy: 'Report it as a defect, with the requestId, then send the request again.',
  },
} as const satisfies Record<string, CodeFacts>;
