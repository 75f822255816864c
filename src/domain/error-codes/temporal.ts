import type { CodeFacts } from './code-facts.ts';

/** How asking Temporal can fail, for the gateway, and for a worker or a command that starts. */
export const TEMPORAL_CODES = {
  TEMPORAL_UNAVAILABLE: {
    meaning: 'Temporal did not answer, or does not have the namespace.',
    retryable: true,
    remedy:
      'Check that Temporal runs and that TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE are right, then send the request again; it is safe to repeat.',
  },
  TEMPORAL_NO_WORKER: {
    meaning: 'Temporal answered the gateway, but no worker did.',
    retryable: true,
    remedy: 'Check that workers run (npm run worker), then send the request again.',
  },
  TEMPORAL_CREDENTIALS_REFUSED: {
    meaning: 'Temporal refused the key or the certificate.',
    retryable: false,
    remedy:
      'Correct TEMPORAL_API_KEY, the TLS files or TEMPORAL_NAMESPACE, restart the gateway, then send the request again.',
  },
  TEMPORAL_SEARCH_ATTRIBUTES_MISSING: {
    meaning:
      'The Temporal namespace lacks the search attributes of this service, or has them with another type.',
    retryable: true,
    remedy:
      'Run npm run temporal:bootstrap, which names the command of an administrator if it may not add them, then send the request again.',
  },
} as const satisfies Record<string, CodeFacts>;
