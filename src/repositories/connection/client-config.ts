import { readFileSync } from 'node:fs';

import type pg from 'pg';

import {
  readDatabaseUrl,
  type DatabaseAddress,
  type DatabaseTls,
} from '../../domain/database-url.ts';

/** What a DATABASE_URL says, and the same for the driver. */
export type DatabaseConnection = {
  readonly address: DatabaseAddress;
  readonly config: pg.ClientConfig;
};

/**
 * How to connect to the database that a DATABASE_URL names. Throws when the URL has a fault or names
 * a file that cannot be read; the configuration has refused both before.
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
