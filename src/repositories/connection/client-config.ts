import { readFileSync } from 'node:fs';

import type pg from 'pg';

import {
  readDatabaseUrl,
  type DatabaseAddress,
  type DatabaseTls,
} from '../../domain/database-url.ts';

/** A parsed DATABASE_URL, and the driver's configuration for it. */
export type DatabaseConnection = {
  readonly address: DatabaseAddress;
  readonly config: pg.ClientConfig;
};

/**
 * How to connect to the database that a DATABASE_URL names. Throws if the URL is invalid or names a
 * file that cannot be read; the configuration refuses both earlier.
 */
export function toDatabaseConnection(databaseUrl: string): DatabaseConnection {
  const { address, faults } = readDatabaseUrl(databaseUrl);
  if (address === null) throw new Error(`DATABASE_URL ${faults.join('; ')}.`);
  return {
    address,
    config: {
      connectionString: address.url,
      ssl: address.tls === null ? false : toTlsOptions(address.tls),
      enableChannelBinding: address.bindsChannel,
    },
  };
}

function toTlsOptions(tls: DatabaseTls): pg.ClientConfig['ssl'] {
  const { checksHost, authorityFile, certificateFile, keyFile } = tls;
  return {
    // Explicitly, because NODE_TLS_REJECT_UNAUTHORIZED would change the default.
    rejectUnauthorized: true,
    ...(authorityFile === null ? {} : { ca: readFileSync(authorityFile, 'utf8') }),
    ...(certificateFile === null ? {} : { cert: readFileSync(certificateFile, 'utf8') }),
    ...(keyFile === null ? {} : { key: readFileSync(keyFile, 'utf8') }),
    ...(checksHost ? {} : { checkServerIdentity: () => undefined }),
  };
}
