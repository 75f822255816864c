import { codeOf } from './create-database.ts';

/** Why a database could not be migrated; the message also says what to do. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/** What was found, by the code that the gateway and the workers have for it too, and what to do. */
type Finding = { readonly code: string | null; readonly remedy: string };

const away = (remedy: string): Finding => ({ code: 'DATABASE_UNAVAILABLE', remedy });
const refused = (remedy: string): Finding => ({ code: 'DATABASE_CREDENTIALS_REFUSED', remedy });
/** A finding that only a migration can have. */
const ours = (remedy: string): Finding => ({ code: null, remedy });

const FINDING_BY_CODE: Readonly<Record<string, Finding>> = {
  ECONNREFUSED: away('nothing listens at its address. Start PostgreSQL, or correct DATABASE_URL.'),
  ETIMEDOUT: away('it does not answer. Check the network, or correct DATABASE_URL.'),
  ENOTFOUND: away('its host name is unknown. Correct DATABASE_URL.'),
  EAI_AGAIN: away('its host name cannot be looked up. Correct DATABASE_URL or the network.'),
  ECONNRESET: away('it closed the connection. Check its log, then try again.'),
  '28P01': refused('it refused the password. Correct DATABASE_URL.'),
  '28000': refused("it refused the user. Correct DATABASE_URL, or the server's pg_hba.conf."),
  '42501': refused(
    'the user in DATABASE_URL may not do this. Have an administrator create the database and make that user its owner.',
  ),
  '53300': away('it has no free connections. Close some, then try again.'),
  '57P03': away('it is starting up or shutting down. Try again in a moment.'),
  // The codes of Prisma's engine.
  P1001: away('it cannot be reached. Start PostgreSQL, or correct DATABASE_URL.'),
  P3005: ours(
    'it contains tables that no migration created. Use an empty database, or baseline it with "npx prisma migrate resolve".',
  ),
  P3009: ours(
    'an earlier migration failed half-way. Repair what it left behind, mark it with "npx prisma migrate resolve --applied <name>" or "--rolled-back <name>", then try again.',
  ),
};

/** Node's and OpenSSL's codes for a certificate that is not trusted, has expired or names another host. */
const CERTIFICATE_CODE = /CERT|HOSTNAME_MISMATCH|UNABLE_TO_(?:GET|VERIFY)/;
const CERTIFICATE: Finding = {
  code: 'DATABASE_CERTIFICATE_UNTRUSTED',
  remedy:
    "its certificate is not trusted. Add sslrootcert=<the file of your provider's authority> to DATABASE_URL, or correct its host.",
};

const FINDING_BY_MESSAGE: readonly (readonly [RegExp, Finding])[] = [
  [
    /does not support SSL/,
    {
      code: 'DATABASE_TLS_REFUSED',
      remedy:
        'it offers no encryption. Switch TLS on in PostgreSQL, or correct sslmode in DATABASE_URL.',
    },
  ],
  [
    /unsupported startup parameter/,
    {
      code: 'DATABASE_POOLER_UNSUITABLE',
      remedy:
        'the connection pooler in front of it refuses a parameter. Let DATABASE_URL lead to PostgreSQL itself.',
    },
  ],
  [
    /timeout expired/,
    away('it does not answer within ten seconds. Check the network, or correct DATABASE_URL.'),
  ],
];

function findingOf(error: unknown): Finding | undefined {
  const code = codeOf(error) ?? '';
  if (CERTIFICATE_CODE.test(code)) return CERTIFICATE;
  const message = error instanceof Error ? error.message : '';
  return FINDING_BY_CODE[code] ?? FINDING_BY_MESSAGE.find(([words]) => words.test(message))?.[1];
}

/** Turns an error of the driver or the engine into a message. It never contains the URL. */
export function toMigrationError(error: unknown): MigrationError {
  if (error instanceof MigrationError) return error;
  const finding = findingOf(error);
  const details = firstLines(error);
  const code = finding?.code == null ? '' : ` (${finding.code})`;
  const failed = `The database could not be migrated${code}: `;
  return new MigrationError(
    failed + (finding === undefined ? details : `${finding.remedy} (${details})`),
    { cause: error },
  );
}

/** Leaves out the engine's trace of its own modules ("   0: …"), which does not help an operator. */
function firstLines(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const text = message.split(/\n\s+\d+: /)[0] ?? message;
  return text.trim().replaceAll(/\s*\n\s*/g, ' ') || (codeOf(error) ?? 'no reason was given');
}
