import type { CodeFacts } from './code-facts.ts';

/** How looking up a company or its sites in ConnectWise can fail. */
export const CONNECTWISE_CODES = {
  CONNECTWISE_UNAVAILABLE: {
    meaning:
      'ConnectWise did not answer, its answer broke off, or it reported an error of its own.',
    retryable: true,
    remedy: 'Wait until ConnectWise answers again, then send the signal reprocess.',
  },
  CONNECTWISE_RATE_LIMITED: {
    meaning: 'ConnectWise received too many requests.',
    retryable: true,
    remedy: 'Lower CONNECTWISE_REQUESTS_PER_MINUTE or wait, then send the signal reprocess.',
  },
  CONNECTWISE_QUEUED: {
    meaning:
      'The lookup waits for its turn: all workers together send no more than CONNECTWISE_REQUESTS_PER_MINUTE.',
    retryable: true,
    remedy:
      'Raise CONNECTWISE_REQUESTS_PER_MINUTE if ConnectWise allows more, since a turn took longer than a day to come; restart the workers, then send the signal reprocess.',
  },
  CONNECTWISE_CREDENTIALS_REFUSED: {
    meaning:
      'ConnectWise refused the API member. Its cloud answers "not found" to wrong keys and to a wrong address.',
    retryable: false,
    remedy:
      "Correct CONNECTWISE_URL, CONNECTWISE_COMPANY_ID, the keys or CONNECTWISE_CLIENT_ID, or the API member's rights, restart the workers, then send the signal reprocess.",
  },
  CONNECTWISE_BAD_REQUEST: {
    meaning: 'ConnectWise refused the query as malformed.',
    retryable: false,
    remedy: 'Report it with the time of the failed attempt.',
  },
  CONNECTWISE_REPLY_INVALID: {
    meaning:
      'ConnectWise answered in a form this service does not know, or with a redirect, which is not followed.',
    retryable: false,
    remedy:
      'Check CONNECTWISE_URL, restart the workers, then send the signal reprocess. If the address is right, report the failure.',
  },
} as const satisfies Record<string, CodeFacts>;
