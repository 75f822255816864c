/** How the connection to the database is encrypted. The server's certificate is always checked. */
export type DatabaseTls = {
  /** Whether the certificate has to name the host too, not only to come from a trusted authority. */
  readonly checksHost: boolean;
  /** Files in PEM form. Without an authority's file, the authorities that Node trusts count. */
  readonly authorityFile: string | null;
  readonly certificateFile: string | null;
  readonly keyFile: string | null;
};

/** What a DATABASE_URL says. */
export type DatabaseAddress = {
  /** The URL as the driver is to read it: without what the fields below hold. */
  readonly url: string;
  /** `null`: no encryption. */
  readonly tls: DatabaseTls | null;
  /** Whether the exchange of the password is bound to the encrypted connection, where both can. */
  readonly bindsChannel: boolean;
  /** The schema of all tables; `null`: the first of the user's search path. */
  readonly schema: string | null;
  /** The most connections that a process may keep; `null`: the URL does not say. */
  readonly mostConnections: number | null;
};

/** The address, or what is wrong with it: each fault continues a sentence that begins with DATABASE_URL. */
export type DatabaseUrlReading =
  | { readonly address: DatabaseAddress; readonly faults: null }
  | { readonly address: null; readonly faults: readonly string[] };

// What the driver reads by itself. `options` and `application_name` reach PostgreSQL.
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
  // Asks for what is so in any case: no prepared statement outlives its transaction.
  'pgbouncer',
];

// Of libpq's other modes, `allow` and `prefer` go on without encryption if the server, or whoever
// stands between, says that it has none; the driver cannot do that, and nobody should want it.
const SSL_MODES = ['disable', 'require', 'verify-ca', 'verify-full'];
const CHANNEL_BINDINGS = ['disable', 'prefer', 'require'];

/**
 * Reads a DATABASE_URL, for all who connect to the database. A parameter is honoured or named as a
 * fault, never ignored; the faults quote no value.
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
  const mostConnections = Number(valueOf('connection_limit')) || null;
  const tls = readTls(valueOf);
  const bindsChannel = /^(?:prefer|require)$/.test(valueOf('channel_binding'));
  for (const name of OURS) url.searchParams.delete(name);
  return { address: { url: url.href, tls, bindsChannel, schema, mostConnections }, faults: null };
}

function faultsOfNames(names: readonly string[]): string[] {
  const known = [...DRIVERS, ...OURS];
  return [...new Set(names)]
    .filter((name) => !known.includes(name))
    .map(
      (name) =>
        // What a broken URL shows as a name may be a part of its password.
        `has ${/^[a-z_]{1,40}$/i.test(name) ? `the parameter ${name}` : 'a parameter'}, which would have no effect here: remove it`,
    );
}

function faultsOfValues(valueOf: (name: string) => string): string[] {
  const mode = valueOf('sslmode');
  const faults: string[] = [];
  // Prisma puts it between quotation marks as it is. PostgreSQL cuts longer names.
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
 * except that `require` without an authority's file checks the certificate too: encryption for
 * whoever answers protects nobody.
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

/** libpq's word for the authorities that the system trusts is `system`. */
function authorityFileOf(valueOf: (name: string) => string): string | null {
  const file = valueOf('sslrootcert');
  return file === '' || file === 'system' ? null : file;
}
