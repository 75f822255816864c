import type { CodeFacts } from './code-facts.ts';

/** How reading or writing the database can fail, in a step or in a request. */
export const DATABASE_CODES = {
  DATABASE_UNAVAILABLE: {
    meaning:
      'PostgreSQL did not answer, the connection broke, or it lacks disk, memory or connections.',
    retryable: true,
    remedy: 'Bring PostgreSQL back, then send the signal reprocess.',
    requestRemedy: 'Bring PostgreSQL back, then send the request again.',
  },
  DATABASE_CONFLICT: {
    meaning: 'Two writers met in the database, and this one gave way.',
    retryable: true,
    remedy: 'Send the signal reprocess.',
    requestRemedy: 'Send the request again.',
  },
  DATABASE_CREDENTIALS_REFUSED: {
    meaning: 'PostgreSQL refused the user or the password, or the user lacks a right.',
    retryable: false,
    remedy:
      'Correct DATABASE_URL, or the rights of its user on the tables, restart the workers, then send the signal reprocess.',
    requestRemedy:
      'Correct DATABASE_URL, or the rights of its user on the tables, restart the gateway, then send the request again.',
  },
  DATABASE_CERTIFICATE_UNTRUSTED: {
    meaning:
      "PostgreSQL's certificate comes from an authority that is not trusted, has expired, or names another host.",
    retryable: true,
    remedy:
      "Add sslrootcert=<the file of your provider's authority> to DATABASE_URL, or correct its host, restart the workers, then send the signal reprocess.",
    requestRemedy:
      "Add sslrootcert=<the file of your provider's authority> to DATABASE_URL, or correct its host, restart the gateway, then send the request again.",
  },
  DATABASE_TLS_REFUSED: {
    meaning: 'PostgreSQL offers no encryption, or broke off while the encryption was negotiated.',
    retryable: true,
    remedy:
      'Enable TLS in PostgreSQL, or correct sslmode, sslcert and sslkey in DATABASE_URL, restart the workers, then send the signal reprocess.',
    requestRemedy:
      'Enable TLS in PostgreSQL, or correct sslmode, sslcert and sslkey in DATABASE_URL, restart the gateway, then send the request again.',
  },
  DATABASE_POOLER_UNSUITABLE: {
    meaning:
      'A connection pooler in front of PostgreSQL refuses or ignores a parameter with which this service opens its sessions.',
    retryable: true,
    remedy:
      'Let the pooler accept TimeZone, DateStyle, application_name and the options in DATABASE_URL, or point DATABASE_URL to PostgreSQL itself, restart the workers, then send the signal reprocess.',
    requestRemedy:
      'Let the pooler accept TimeZone, DateStyle, application_name and the options in DATABASE_URL, or point DATABASE_URL to PostgreSQL itself, restart the gateway, then send the request again.',
  },
  DATABASE_SCHEMA_OUTDATED: {
    meaning:
      'The database, or a table, column or type in it, does not exist: migrations are missing.',
    retryable: true,
    remedy: 'Run npm run db:migrate, then send the signal reprocess.',
    requestRemedy: 'Run npm run db:migrate, then send the request again.',
  },
} as const satisfies Record<string, CodeFacts>;
