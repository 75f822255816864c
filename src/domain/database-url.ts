/** How the connection to the database is encrypted. The server's certificate is always checked. */
export type DatabaseTls = {
  /** Whether the certificate must also name the host, besides coming from a trusted authority. */
  readonly checksHost: boolean;
  /** Files in PEM format. Without an authority's file, Node's trusted authorities apply. */
  readonly authorityFile: string | null;
  readonly certificateFile: string | null;
  readonly keyFile: string | null;
};

/** A parsed DATABASE_URL. */
export type DatabaseAddress = {
  /** The URL for the driver, without the parameters that the fields below hold. */
  readonly url: string;
  /** `null`: no encryption. */
  readonly tls: DatabaseTls | null;
  /** Whether authentication is bound to the encrypted connection, if both sides support it. */
  readonly bindsChannel: boolean;
  /** The schema of all tables; `null`: the first in the user's search path. */
  readonly schema: string | null;
  /** The maximum number of connections of a process; `null` if the URL does not limit it. */
  readonly maxConnections: number | null;
};

/** The address, or its faults, each of which continues a sentence that begins with DATABASE_URL. */
export type DatabaseUrlReading =
  | { readonly address: DatabaseAddress; readonly faults: null }
  | { readonly address: null; readonly faults: readonly string[] };

// Parameters that the driver reads. `options` and `application_name` reach PostgreSQL.
const DRIVERS = ['host', 'port', 'user', 'password', 'application_name', 'options'];

const OURS = [
  'schema',
  'ssl',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'connection_limit',
  'channel_binding',
  // Requests what is always the case: no prepared statement outlives its transaction.
  'pgbouncer',
];

// libpq's other modes, `allow` and `prefer`, continue without encryption if the server, or an attacker
// in between, claims to have none. The driver does not support that, and nobody should want it.
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'];
const CHANNEL_BINDINGS = ['disable', 'prefer', 'require'];

/**
 * Reads a DATABASE_URL, for everything that connects to the database. A parameter is either honoured
 * or named as a fault, never ignored. Faults quote no values.
 */
export function readDatabaseUrl(text: string): DatabaseUrlReading {
  const url = URL.parse(text);
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    return { address: null, faults: ['must be a postgresql:// URL'] };
  }
  const valueOf = (name: string) => url.searchParams.get(name) ?? '';
  const faults = [...faultsOfNames([...url.searchParams.keys()]), ...faultsOfValues(valueOf)];
  if (faults.length > 0) return { address: null, faults };

  const schema = valueOf('schema') || null;
  const maxConnections = Number(valueOf('connection_limit')) || null;
  const tls = readTls(valueOf);
  const bindsChannel = /^(?:prefer|require)$/.test(valueOf('channel_binding'));
  for (const name of OURS) url.searchParams.delete(name);
  return { address: { url: url.href, tls, bindsChannel, schema, maxConnections }, faults: null };
}

function faultsOfNames(names: readonly string[]): string[] {
  const known = [...DRIVERS, ...OURS];
  return [...new Set(names)]
    .filter((name) => !known.includes(name))
    .map(
      (name) =>
        // In a broken URL, what looks like a name may be part of the password.
        `has ${/^[a-z_]{1,40}$/i.test(name) ? `the parameter ${name}` : 'a parameter'}, which would have no effect here: remove it`,
    );
}

function faultsOfValues(valueOf: (name: string) => string): string[] {
  const mode = valueOf('sslmode');
  const faults: string[] = [];
  // Prisma puts it between quotation marks without escaping it. PostgreSQL truncates longer names.
  if (!/^[^"\p{Cc}]{0,63}$/u.test(valueOf('schema'))) {
    faults.push('has a schema that is longer than 63 characters or holds a quotation mark');
  }
  if (mode !== '' && !SSL_MODES.includes(mode)) {
    faults.push(`has an sslmode other than ${SSL_MODES.join(', ')}`);
  }
  if (!/^(?:|0|1|true|false)$/.test(valueOf('ssl'))) {
    faults.push('has an ssl other than true and false: use sslmode');
  }
  if (mode === 'verify-ca' && authorityFileOf(valueOf) === null) {
    faults.push(
      'has sslmode=verify-ca without sslrootcert: name the file of the authority, or use verify-full',
    );
  }
  if ((valueOf('sslcert') === '') !== (valueOf('sslkey') === '')) {
    faults.push('has one of sslcert and sslkey without the other');
  }
  if (!['', ...CHANNEL_BINDINGS].includes(valueOf('channel_binding'))) {
    faults.push(`has a channel_binding other than ${CHANNEL_BINDINGS.join(', ')}`);
  }
  if (!/^(?:[1-9]\d{0,3})?$/.test(valueOf('connection_limit'))) {
    faults.push('has a connection_limit that is not between 1 and 9999');
  }
  return faults;
}

/**
 * As libpq reads sslmode and sslrootcert (https://www.postgresql.org/docs/current/libpq-ssl.html),
 * except that `require` without an authority's file also checks the certificate: encryption towards
 * an unknown peer protects nobody.
 */
function readTls(valueOf: (name: string) => string): DatabaseTls | null {
  const mode = valueOf('sslmode');
  const files = {
    authorityFile: authorityFileOf(valueOf),
    certificateFile: valueOf('sslcert') || null,
    keyFile: valueOf('sslkey') || null,
  };
  const isWanted =
    mode === ''
      ? /^(?:1|true)$/.test(valueOf('ssl')) || valueOf('sslrootcert') + valueOf('sslcert') !== ''
      : mode !== 'disable';
  if (!isWanted) return null;
  const checksOnlyAuthority =
    mode === 'verify-ca' || (mode === 'require' && files.authorityFile !== null);
  return { checksHost: !checksOnlyAuthority, ...files };
}

/** In libpq, `system` stands for the authorities that the system trusts. */
function authorityFileOf(valueOf: (name: string) => string): string | null {
  const file = valueOf('sslrootcert');
  return file === '' || file === 'system' ? null : file;
}
