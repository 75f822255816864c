import { codeOf } from './create-database.ts';

/** Why a database could not be migrated; the message also says what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

const REMEDY_BY_CODE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at its address. Start PostgreSQL, or correct DATABASE_URL.',
  ENOTFOUND: 'its host name is unknown. Correct DATABASE_URL.',
  EAI_AGAIN: 'its host name cannot be looked up. Correct DATABASE_URL or the network.',
  ECONNRESET: 'it closed the connection. Check its log, then try again.',
  '28P01': 'it refused the password. Correct DATABASE_URL.',
  '28000': "it refused the user. Correct DATABASE_URL, or the server's pg_hba.conf.",
  '42501':
    'the user in DATABASE_URL may not do this. Have an administrator create the database and make that user its owner.',
  '53300': 'it has no free connections. Close some, then try again.',
  '57P03': 'it is starting up or shutting down. Try again in a moment.',
  // The codes of Prisma's engine.
  P1001: 'it cannot be reached. Start PostgreSQL, or correct DATABASE_URL.',
  P3005:
    'it contains tables that no migration created. Use an empty database, or baseline it with "npx prisma migrate resolve".',
  P3009:
    'an earlier migration failed half-way. Repair what it left behind, mark it with "npx prisma migrate resolve --applied <name>" or "--rolled-back <name>", then try again.',
};

/** Node's and OpenSSL's codes for a certificate that is not trusted, has expired or names another host. */
const CERTIFICATE_CODE = /CERT|HOSTNAME_MISMATCH|UNABLE_TO_(?:GET|VERIFY)/;
const CERTIFICATE_REMEDY =
  "its certificate is not trusted. Add sslrootcert=<the file of your provider's authority> to DATABASE_URL, or correct its host.";

const REMEDY_BY_MESSAGE: readonly (readonly [RegExp, string])[] = [
  [
    /does not support SSL/,
    'it offers no encryption. Switch TLS on in PostgreSQL, or correct sslmode in DATABASE_URL.',
  ],
  [
    /unsupported startup parameter/,
    'the connection pooler in front of it refuses a parameter. Let DATABASE_URL lead to PostgreSQL itself.',
  ],
];

function remedyOf(error: unknown): string | undefined {
  const code = codeOf(error) ?? '';
  if (CERTIFICATE_CODE.test(code)) return CERTIFICATE_REMEDY;
  const message = error instanceof Error ? error.message : '';
  return REMEDY_BY_CODE[code] ?? REMEDY_BY_MESSAGE.find(([words]) => words.test(message))?.[1];
}

/** Turns an error of the driver or the engine into a message. It never contains the URL. */
export function toMigrationError(error: unknown): MigrationError {
  if (error instanceof MigrationError) return error;
  const remedy = remedyOf(error);
  const details = firstLines(error);
  return new MigrationError(
    remedy === undefined
      ? `The database could not be migrated: ${details}`
      : `The database could not be migrated: ${remedy} (${details})`,
    { cause: error },
  );
}

/** Leaves out the engine's trace of its own modules ("   0: …"), which does not help an operator. */
function firstLines(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const text = message.split(/\n\s+\d+: /)[0] ?? message;
  return text.trim().replaceAll(/\s*\n\s*/g, ' ') || (codeOf(error) ?? 'no reason was given');
}
