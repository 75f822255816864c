import type { CodeFacts } from './code-facts.ts';

/** Why the gateway refuses a request. */
export const REQUEST_CODES = {
  INVALID_INPUT: {
    meaning: 'A request, or the argument of a run, is malformed.',
    retryable: false,
    remedy:
      'Correct the argument as the message says and start the run again. If the recording was archived in another bucket, correct RECORDINGS_BUCKET and restart the workers, or send the signal reprocess with {"from":"archiveRecording"}.',
    requestRemedy: 'Correct the request as the message says and send it again.',
  },
  NOT_FOUND: {
    meaning: 'There is no such call or path.',
    retryable: false,
    remedy: 'Check the path and the callSid.',
  },
  CALL_NOT_OPENED: {
    meaning: 'The call was submitted, but no worker has opened it yet.',
    retryable: true,
    remedy: 'Ask again shortly; if nothing changes, check that workers run (npm run worker).',
  },
  CALL_CONFLICT: {
    meaning: 'This callSid is known with another recordgroup or recordid.',
    retryable: false,
    remedy:
      'If the run is parked because its recordgroup or recordid is wrong, cancel it (npm run temporal -- workflow cancel -w <callSid>), wait until it has closed (a second or so), then submit the call again.',
  },
  CALL_IN_PROGRESS: {
    meaning: 'The call is being processed, so there is nothing to reprocess yet.',
    retryable: false,
    remedy:
      'Wait until the call is COMPLETED or FAILED, then ask for reprocessing again; if nothing changes, check that workers run (npm run worker).',
  },
} as const satisfies Record<string, CodeFacts>;
