import { Prisma } from '../generated/prisma/client.ts';
import type { ErrorCode } from '../domain/error-codes.ts';
import { ServiceError } from '../domain/service-error.ts';
import { SessionNotUtcError } from './connection/utc-client.ts';

/** What a failure means for the call. A failure that is not listed below is a passing outage. */
type Meaning = { readonly code: ErrorCode; readonly message: string; readonly lasting?: true };

const UNAVAILABLE: Meaning = {
  code: 'DATABASE_UNAVAILABLE',
  message: 'The connection to the database broke, or its answer could not be used.',
};
const CREDENTIALS: Meaning = {
  code: 'DATABASE_CREDENTIALS_REFUSED',
  message: 'The database refused the user, the password or the permissions of the user.',
};
const CERTIFICATE: Meaning = {
  code: 'DATABASE_CERTIFICATE_UNTRUSTED',
  message:
    'The certificate of the database comes from an authority that is not trusted, has expired, or names another host.',
};
const TLS: Meaning = {
  code: 'DATABASE_TLS_REFUSED',
  message:
    'The database offers no encryption, or broke the connection while encryption was negotiated.',
};
const POOLER: Meaning = {
  code: 'DATABASE_POOLER_UNSUITABLE',
  message:
    'A connection pooler in front of the database refused a parameter of the session, such as those in the options of DATABASE_URL.',
};
const NOT_UTC: Meaning = {
  code: 'DATABASE_POOLER_UNSUITABLE',
  message:
    'The session is not in UTC although UTC was requested: a pooler in front of the database ignores the time zone or the date style.',
};
const CONFLICT: Meaning = {
  code: 'DATABASE_CONFLICT',
  message: 'The transaction conflicted with another writer of the same rows.',
};
const OUTDATED: Meaning = {
  code: 'DATABASE_SCHEMA_OUTDATED',
  message: 'The database, a table or a column is missing: migrations have not been applied.',
};
const DEFECT: Meaning = {
  code: 'INTERNAL_ERROR',
  message: 'The database refused a value or a statement of this service and would refuse it again.',
  // Another attempt would write the same, after paying once more for what it is about to write.
  lasting: true,
};

/**
 * PostgreSQL's own codes (https://www.postgresql.org/docs/current/errcodes-appendix.html), the
 * longest matching beginning first: five characters name an error, the first two its class.
 */
const SQL_STATES: ReadonlyMap<string, Meaning> = new Map([
  ['23505', CONFLICT], // unique violation
  ['3D000', OUTDATED], // no such database
  ['3F000', OUTDATED], // no such schema
  ['42501', CREDENTIALS], // insufficient privilege
  ['42703', OUTDATED], // no such column
  ['42704', OUTDATED], // no such type
  ['42P01', OUTDATED], // no such table
  ['0A', DEFECT], // feature not supported
  ['22', DEFECT], // data exception
  ['23', DEFECT], // integrity constraint violation
  ['28', CREDENTIALS], // invalid authorization
  ['40', CONFLICT], // serialization failure, deadlock
  ['42', DEFECT], // syntax error or access rule violation
]);

/**
 * Poolers report most failures as 08P01 (protocol violation), which PostgreSQL itself hardly ever
 * uses, so the message decides. These are PgBouncer's messages, which other poolers have adopted.
 */
const POOLER_MESSAGES: readonly (readonly [RegExp, Meaning])[] = [
  [/unsupported startup parameter/i, POOLER],
  [/no such database|database .* does not exist/i, OUTDATED],
  [/no such user|authentication failed|SASL/i, CREDENTIALS],
];
const POOLER_STATE = '08P01';

/** pg's message for a server without encryption; all other TLS errors come from Node, with a code. */
const NO_ENCRYPTION = 'The server does not support SSL connections';
const TLS_FAILURE = /^(?:ERR_SSL_|ERR_OSSL_|EPROTO$)/;

/**
 * Prisma's codes (https://www.prisma.io/docs/orm/reference/error-reference) for failures that it
 * detects itself, without an error of PostgreSQL.
 */
const PRISMA_CODES: ReadonlyMap<string, Meaning> = new Map([
  ['P2025', DEFECT], // the row to be changed does not exist
]);

/**
 * How pg and its pool report a connection that broke or was not available in time: plain errors
 * without a code, which Prisma passes on as they are.
 */
const BROKEN_CONNECTION =
  /^(?:Connection terminated|Client (?:has encountered a connection error|was closed)|timeout e(?:xpired|xceeded)|Query read timeout|There was an error establishing)/;

/** Network errors that Prisma passes on too, because it does not know them as it knows ECONNREFUSED. */
const NETWORK_CODES: ReadonlySet<unknown> = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
]);

/**
 * A failure of the database as a ServiceError; `null` for any other error. Only the codes are kept,
 * because the messages quote queries and values.
 */
export function toDatabaseError(error: unknown): ServiceError | null {
  const prismaCode = prismaCodeOf(error);
  const driverCause = driverCauseOf(error);
  const sqlState = textOf(driverCause, 'originalCode');
  const special = connectionMeaningOf(error, driverCause) ?? poolerMeaningOf(sqlState, driverCause);
  if (special === null && prismaCode === null && sqlState === null && !isDatabaseError(error)) {
    return null;
  }

  const { code, message, lasting } = special ?? meaningOf(sqlState, prismaCode);
  const failure = new ServiceError(code, message, {
    context: { prismaCode, sqlState },
    cause: error,
  });
  return lasting === true ? failure.forGood() : failure;
}

function meaningOf(sqlState: string | null, prismaCode: string | null): Meaning {
  const bySqlState =
    sqlState === null
      ? undefined
      : (SQL_STATES.get(sqlState) ?? SQL_STATES.get(sqlState.slice(0, 2)));
  return bySqlState ?? PRISMA_CODES.get(prismaCode ?? '') ?? UNAVAILABLE;
}

function prismaCodeOf(error: unknown): string | null {
  if (error instanceof Prisma.PrismaClientKnownRequestError) return error.code;
  if (error instanceof Prisma.PrismaClientInitializationError) return error.errorCode ?? null;
  return null;
}

/** PostgreSQL's own error, from Prisma or, for an error between two queries, from the driver. */
function driverCauseOf(error: unknown): object | null {
  const driverError =
    error instanceof Prisma.PrismaClientKnownRequestError
      ? error.meta?.['driverAdapterError']
      : error;
  if (!isDriverError(driverError)) return null;
  const { cause } = driverError;
  return typeof cause === 'object' ? cause : null;
}

function textOf(source: object | null, name: string): string | null {
  const value: unknown = source === null ? null : Reflect.get(source, name);
  return typeof value === 'string' ? value : null;
}

function poolerMeaningOf(sqlState: string | null, driverCause: object | null): Meaning | null {
  if (sqlState !== POOLER_STATE) return null;
  const message = textOf(driverCause, 'originalMessage') ?? '';
  return POOLER_MESSAGES.find(([pattern]) => pattern.test(message))?.[1] ?? null;
}

/** Why a connection failed before PostgreSQL answered anything. */
function connectionMeaningOf(error: unknown, driverCause: object | null): Meaning | null {
  if (error instanceof SessionNotUtcError) return NOT_UTC;
  if (textOf(driverCause, 'kind') === 'TlsConnectionError') {
    const reason = textOf(driverCause, 'reason') ?? '';
    if (BROKEN_CONNECTION.test(reason)) return null;
    return reason === NO_ENCRYPTION ? TLS : CERTIFICATE;
  }
  return error instanceof Error && TLS_FAILURE.test(textOf(error, 'code') ?? '') ? TLS : null;
}

function isDatabaseError(error: unknown): boolean {
  return (
    error instanceof Prisma.PrismaClientInitializationError ||
    error instanceof Prisma.PrismaClientUnknownRequestError ||
    error instanceof Prisma.PrismaClientRustPanicError ||
    isDriverError(error) ||
    isBrokenConnection(error)
  );
}

function isBrokenConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    BROKEN_CONNECTION.test(error.message) || ('code' in error && NETWORK_CODES.has(error.code))
  );
}

/** Errors of the driver adapter are recognised by their name, because the class is not exported. */
function isDriverError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'DriverAdapterError';
}
