import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';

import { PrismaClient, type Prisma } from '../generated/prisma/client.ts';
import { toDatabaseConnection } from './connection/client-config.ts';
import { clientWithLimits } from './connection/limited-client.ts';
import { SessionNotUtcError, UtcClient } from './connection/utc-client.ts';

/** What a repository method may be handed to take part in a transaction. */
export type TransactionClient = Prisma.TransactionClient;

export type Database = {
  readonly prisma: PrismaClient;
  /**
   * Runs `work` in one short transaction. Nothing remote may be awaited in it: it holds a
   * connection and row locks, and is ended after five seconds.
   */
  transaction<T>(work: (tx: TransactionClient) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

// A transaction of ours writes a handful of rows, which takes milliseconds. Five seconds leave
// room for a busy server; whoever needs longer is stuck and lets the others go on.
const TRANSACTION_TIMEOUT_MS = 5_000;

// Waiting longer for a free connection than a transaction may last tells of an exhausted pool.
const CONNECTION_TIMEOUT_MS = 5_000;

// A lock that a migration or a long transaction holds: give up and be retried by Temporal.
const LOCK_TIMEOUT_MS = 4_000;

// The server ends a statement of a transaction after five seconds, if there still is a server: a host
// that vanished without a goodbye answers nothing, and its connection is given up a second later. A
// statement by itself is ended then too.
const ANSWER_TIMEOUT_MS = TRANSACTION_TIMEOUT_MS + 1_000;

/**
 * Opens a pool of connections to PostgreSQL. Connects lazily, so a process starts while the
 * database is away.
 */
export function createDatabase(config: {
  readonly url: string;
  readonly poolSize: number;
}): Database {
  const { address, config: connection } = toDatabaseConnection(config.url);
  const { schema, mostConnections } = address;
  const pool = new pg.Pool({
    keepAlive: true,
    application_name: 'call-processing',
    ...connection,
    Client: clientWithLimits(settingsOfTransactions(schema)),
    max: Math.min(config.poolSize, mostConnections ?? Infinity),
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    onConnect: assertUtc,
  });
  // Whoever uses a connection is told of its end by its next query. But between being handed out
  // and its first query a connection has no listener, and the server's goodbye (57P01) that comes
  // in that moment would end the process as an unhandled event.
  pool.on('connect', (client) => client.on('error', ignore));
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, {
      disposeExternalPool: true,
      ...(schema === null ? {} : { schema }),
    }),
  });
  return {
    prisma,
    transaction: (work) =>
      prisma.$transaction(work, {
        timeout: TRANSACTION_TIMEOUT_MS,
        maxWait: CONNECTION_TIMEOUT_MS,
      }),
    close: () => prisma.$disconnect(),
  };
}

/** What a transaction begins with. Prisma names the schema itself; raw statements do not. */
function settingsOfTransactions(schema: string | null): string {
  return [
    `statement_timeout = ${TRANSACTION_TIMEOUT_MS}`,
    `lock_timeout = ${LOCK_TIMEOUT_MS}`,
    // A process that is frozen inside a transaction loses it instead of holding its locks.
    `idle_in_transaction_session_timeout = ${TRANSACTION_TIMEOUT_MS}`,
    ...(schema === null ? [] : [`search_path = ${pg.escapeIdentifier(schema)}`]),
  ]
    .map((setting) => `SET LOCAL ${setting}`)
    .join('; ');
}

/** Times would be hours off in silence, so such a connection is not used. */
function assertUtc(client: pg.ClientBase): void {
  if (client instanceof UtcClient && !client.isUtc()) throw new SessionNotUtcError();
}

function ignore(): void {}
