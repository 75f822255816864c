import { Prisma } from '../generated/prisma/client.ts';
import type { ErrorCode } from '../domain/error-codes.ts';
import { ServiceError } from '../domain/service-error.ts';

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
  const sqlState = sqlStateOf(error);
  if (prismaCode === null && sqlState === null && !isDatabaseError(error)) return null;

  const { code, message, lasting } = meaningOf(sqlState, prismaCode);
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

/** PostgreSQL's own code, from Prisma or, for an error between two queries, from the driver. */
function sqlStateOf(error: unknown): string | null {
  const driverError =
    error instanceof Prisma.PrismaClientKnownRequestError
      ? error.meta?.['driverAdapterError']
      : error;
  if (!isDriverError(driverError)) return null;
  const { cause } = driverError;
  return typeof cause === 'object' &&
    cause !== null &&
    'originalCode' in cause &&
    typeof cause.originalCode === 'string'
    ? cause.originalCode
    : null;
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
