import { Prisma } from '../generated/prisma/client.ts';
import type { ErrorCode } from '../domain/error-codes.ts';
import { ServiceError } from '../domain/service-error.ts';

/**
 * Prisma's codes that mean something other than "the database is away for now"
 * (https://www.prisma.io/docs/orm/reference/error-reference).
 */
const CODES: Readonly<Record<string, ErrorCode>> = {
  P1000: 'DATABASE_CREDENTIALS_REFUSED',
  P1010: 'DATABASE_CREDENTIALS_REFUSED',
  P2002: 'DATABASE_CONFLICT',
  P2021: 'DATABASE_SCHEMA_OUTDATED',
  P2022: 'DATABASE_SCHEMA_OUTDATED',
  P2034: 'DATABASE_CONFLICT',
};

const MESSAGES: Readonly<Partial<Record<ErrorCode, string>>> = {
  DATABASE_CREDENTIALS_REFUSED: 'The database refused the credentials.',
  DATABASE_CONFLICT: 'The database gave way to another writer of the same rows.',
  DATABASE_SCHEMA_OUTDATED: 'The database lacks a table or column: its migrations are behind.',
};

/**
 * A failure of the database as a ServiceError; `null` when the error is none. Only Prisma's code
 * is kept: its messages quote queries and values.
 */
export function toDatabaseError(error: unknown): ServiceError | null {
  if (
    error instanceof Prisma.PrismaClientKnownRequestError ||
    error instanceof Prisma.PrismaClientInitializationError
  ) {
    const prismaCode = ('code' in error ? error.code : error.errorCode) ?? 'unknown';
    const code = CODES[prismaCode] ?? 'DATABASE_UNAVAILABLE';
    return new ServiceError(code, MESSAGES[code] ?? 'The database did not answer as it should.', {
      context: { prismaCode },
      cause: error,
    });
  }
  if (
    error instanceof Prisma.PrismaClientUnknownRequestError ||
    error instanceof Prisma.PrismaClientRustPanicError ||
    isDriverError(error)
  ) {
    return new ServiceError('DATABASE_UNAVAILABLE', 'The database broke off or did not answer.', {
      cause: error,
    });
  }
  return null;
}

/** Errors of the driver adapter reach us raw when they strike between two queries. */
function isDriverError(error: unknown): boolean {
  return error instanceof Error && error.name === 'DriverAdapterError';
}
