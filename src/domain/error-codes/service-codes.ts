import type { CodeFacts } from './code-facts.ts';

/** How the service itself can fail: its database, Temporal, requests to the gateway, runs and attempts. */
export const SERVICE_CODES = {
  DATABASE_UNAVAILABLE: {
    meaning: 'PostgreSQL did not answer, broke off, or lacks disk, memory or connections.',
    retryable: true,
    remedy: 'Bring PostgreSQL back, then send the signal reprocess.',
    remedyOfRequest: 'Bring PostgreSQL back, then send the request again.',
  },
  DATABASE_CONFLICT: {
    meaning: 'Two writers met in the database, and this one gave way.',
    retryable: true,
    remedy: 'Send the signal reprocess.',
    remedyOfRequest: 'Send the request again.',
  },
  DATABASE_CREDENTIALS_REFUSED: {
    meaning: 'PostgreSQL refused the user, the password, or a right of the user.',
    retryable: false,
    remedy:
      'Correct DATABASE_URL, or the rights of its user on the tables, and restart, then send the signal reprocess.',
    remedyOfRequest:
      'Correct DATABASE_URL, or the rights of its user on the tables, and restart the gateway, then send the request again.',
  },
  DATABASE_CERTIFICATE_UNTRUSTED: {
    meaning:
      'The certificate of PostgreSQL comes from an authority that is not trusted, has expired, or names another host.',
    retryable: true,
    remedy:
      "Add sslrootcert=<the file of your provider's authority> to DATABASE_URL, or correct its host, and restart, then send the signal reprocess.",
    remedyOfRequest:
      "Add sslrootcert=<the file of your provider's authority> to DATABASE_URL, or correct its host, and restart the gateway, then send the request again.",
  },
  DATABASE_TLS_REFUSED: {
    meaning: 'PostgreSQL offers no encryption, or broke off while the encryption was agreed upon.',
    retryable: true,
    remedy:
      'Switch TLS on in PostgreSQL, or correct sslmode, sslcert and sslkey in DATABASE_URL and restart, then send the signal reprocess.',
    remedyOfRequest:
      'Switch TLS on in PostgreSQL, or correct sslmode, sslcert and sslkey in DATABASE_URL and restart the gateway, then send the request again.',
  },
  DATABASE_POOLER_UNSUITABLE: {
    meaning:
      'A connection pooler in front of PostgreSQL refuses or ignores a parameter with which this service opens its sessions.',
    retryable: true,
    remedy:
      'Let the pooler accept TimeZone, DateStyle, application_name and what the options in DATABASE_URL hold, or let DATABASE_URL lead to PostgreSQL itself, and restart, then send the signal reprocess.',
    remedyOfRequest:
      'Let the pooler accept TimeZone, DateStyle, application_name and what the options in DATABASE_URL hold, or let DATABASE_URL lead to PostgreSQL itself, and restart the gateway, then send the request again.',
  },
  DATABASE_SCHEMA_OUTDATED: {
    meaning:
      'The database, or a table, column or type in it, does not exist: migrations are missing.',
    retryable: true,
    remedy: 'Run npm run db:migrate, then send the signal reprocess.',
    remedyOfRequest: 'Run npm run db:migrate, then send the request again.',
  },
  TEMPORAL_UNAVAILABLE: {
    meaning: 'Temporal did not answer, or does not have the namespace.',
    retryable: true,
    remedy: 'Bring Temporal back and send the request again; it is safe to repeat.',
  },
  TEMPORAL_NO_WORKER: {
    meaning: 'Temporal answered the gateway, but no worker did.',
    retryable: true,
    remedy: 'Check that workers run (npm run worker), then send the request again.',
  },
  TEMPORAL_CREDENTIALS_REFUSED: {
    meaning: 'Temporal refused the key or the certificate.',
    retryable: false,
    remedy: 'Correct TEMPORAL_API_KEY, the TLS files or TEMPORAL_NAMESPACE and restart.',
  },
  TEMPORAL_SEARCH_ATTRIBUTES_MISSING: {
    meaning:
      'The Temporal namespace lacks the search attributes of this service, or has them with another type.',
    retryable: true,
    remedy: 'Run npm run temporal:bootstrap, then send the request again.',
  },
  INVALID_INPUT: {
    meaning: 'A request, or the argument of a run, is malformed.',
    retryable: false,
    remedy: 'Correct the request as the message says and send it again.',
  },
  NOT_FOUND: {
    meaning: 'There is no such call or path.',
    retryable: false,
    remedy: 'Check the path and the callSid.',
  },
  CALL_NOT_OPENED: {
    meaning: 'The call was submitted, and no worker has opened it yet.',
    retryable: true,
    remedy: 'Ask again shortly; if it stays so, check that workers run (npm run worker).',
  },
  CALL_CONFLICT: {
    meaning: 'This callSid is known with another recordgroup or recordid.',
    retryable: false,
    remedy: 'Cancel a parked run with a wrong recordgroup first, then submit the call again.',
  },
  CALL_IN_PROGRESS: {
    meaning: 'The call is being processed, so there is nothing to reprocess yet.',
    retryable: false,
    remedy: 'Wait until the call is COMPLETED or FAILED, then ask for reprocessing again.',
  },
  CALL_ROW_MISSING: {
    meaning: 'The row of the call vanished from the database while its run went on.',
    retryable: false,
    remedy: 'Cancel the run and submit the call again.',
  },
  STEP_SUPERSEDED: {
    meaning: 'A later run or attempt has taken this call over, and this one wrote nothing.',
    retryable: false,
    remedy: 'Nothing is to be done.',
  },
  TIMEOUT: {
    meaning: 'The step gave no answer in all the time it has.',
    retryable: false,
    remedy:
      'Check that workers are running and that the systems it needs are up, then send the signal reprocess.',
  },
  WORKER_CRASHED: {
    meaning: 'Workers died or lost touch five times while they ran this step.',
    retryable: false,
    remedy: 'Look at the logs and the memory of the workers before sending the signal reprocess.',
  },
  CANCELLED: {
    meaning: 'The run was cancelled by an operator.',
    retryable: false,
    remedy: 'Submit the call again, or ask the gateway to reprocess it.',
  },
  REPROCESS_WINDOW_EXPIRED: {
    meaning: 'Nobody reprocessed the parked call within REPROCESS_WINDOW, so its run was closed.',
    retryable: false,
    remedy: 'Correct the cause, then ask the gateway to reprocess it.',
  },
  INTERNAL_ERROR: {
    meaning:
      'The service met an error that it has no code for, or the database refused what it wrote. This is a defect.',
    retryable: true,
    remedy: 'Report it as a defect, with the callSid, then send the signal reprocess.',
    remedyOfRequest: 'Report it as a defect, with the requestId, then send the request again.',
  },
} as const satisfies Record<string, CodeFacts>;
