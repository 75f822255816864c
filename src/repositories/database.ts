import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';

import { Prisma, PrismaClient } from '../generated/prisma/client.ts';
import { DATABASE_CODES } from '../domain/error-codes/database.ts';
import type { DatabaseAddress } from '../domain/database-url.ts';
import { ServiceError } from '../domain/service-error.ts';
import { toDatabaseConnection } from './connection/client-config.ts';
import { clientWithLimits } from './connection/limited-client.ts';
import { SessionNotUtcError, UtcClient } from './connection/utc-client.ts';
import { toDatabaseError } from './database-error.ts';

/** What a repository method may be handed to take part in a transaction. */
export type TransactionClient = Prisma.TransactionClient;

export type Database = {
  readonly prisma: PrismaClient;
  /**
   * Runs `work` in one short transaction. It must not await anything remote, because it holds a
   * connection and row locks, and is ended after five seconds.
   */
  transaction<T>(work: (tx: TransactionClient) => Promise<T>): Promise<T>;
  /** Calls `effect` once the transaction of `tx` has been committed, and never if it is rolled back. */
  afterCommit(tx: TransactionClient, effect: () => void): void;
  /** A table's name for statements of our own, which may stand outside a transaction. */
  table(name: Prisma.ModelName): Prisma.Sql;
  /** The database's own clock, which is the same for all workers; theirs may differ. */
  currentTime(tx?: TransactionClient): Promise<Date>;
  /**
   * Asks every table for every column that this version of the code knows, and reads no row. Returns
   * why the database cannot be used; `null` if it can.
   */
  check(signal?: AbortSignal): Promise<ServiceError | null>;
  /** How many connections of the pool are in use and idle, and how many requests wait for one. */
  connections(): Readonly<Record<'used' | 'idle' | 'waited', number>>;
  /** A failure of the database as a ServiceError; `null` for any other error. */
  toServiceError(error: unknown): ServiceError | null;
  close(): Promise<void>;
};

// A transaction of ours writes a handful of rows, which takes milliseconds. Five seconds leave
// room for a busy server; a transaction that needs longer is stuck and is ended for the others.
const TRANSACTION_TIMEOUT_MS = 5_000;

// Waiting longer for a free connection than a transaction may last means that the pool is exhausted.
const CONNECTION_TIMEOUT_MS = 5_000;

// When a migration or a long transaction holds a lock, give up and let Temporal retry.
const LOCK_TIMEOUT_MS = 4_000;

// The server ends a statement of a transaction after five seconds. A host that vanished without closing
// the connection does not answer at all, so the connection is given up a second later. A statement
// outside a transaction is cancelled then too.
const ANSWER_TIMEOUT_MS = TRANSACTION_TIMEOUT_MS + 1_000;

/** The limits that PostgreSQL keeps in every transaction, in milliseconds, by its own names for them. */
export const TRANSACTION_LIMITS_MS = {
  statement_timeout: TRANSACTION_TIMEOUT_MS,
  lock_timeout: LOCK_TIMEOUT_MS,
  // A process that is frozen inside a transaction loses it instead of holding its locks.
  idle_in_transaction_session_timeout: TRANSACTION_TIMEOUT_MS,
} as const;

/**
 * Opens a pool of connections to PostgreSQL. Connects lazily, so that a process can start while the
 * database is unavailable.
 */
export function createDatabase(config: {
  readonly url: string;
  readonly poolSize: number;
}): Database {
  const { address, config: connection } = toDatabaseConnection(config.url);
  const { schema, maxConnections } = address;
  const closing = new AbortController();
  const pool = new pg.Pool({
    keepAlive: true,
    application_name: 'call-processing',
    ...connection,
    Client: clientWithLimits(settingsOfTransactions(schema), closing.signal),
    max: Math.min(config.poolSize, maxConnections ?? Infinity),
    connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    onConnect: assertUtc,
  });
  // A connection that ends is reported by its next query. But between being handed out and its first
  // query it has no listener, and a server that closes it at that moment (57P01) would end the
  // process with an unhandled error event.
  pool.on('connect', (client) => client.on('error', ignore));
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, {
      disposeExternalPool: true,
      ...(schema === null ? {} : { schema }),
    }),
  });
  const toServiceError: Database['toServiceError'] = (error) => {
    const failure = toDatabaseError(error);
    // What is refused for good is a defect of ours, whatever database it is.
    return failure === null || !Object.hasOwn(DATABASE_CODES, failure.code)
      ? failure
      : failure.at(placeOf(address));
  };

  const effectsOf = new WeakMap<TransactionClient, (() => void)[]>();

  return {
    prisma,
    async transaction(work) {
      const effects: (() => void)[] = [];
      const result = await prisma.$transaction(
        (tx) => {
          effectsOf.set(tx, effects);
          return work(tx);
        },
        { timeout: TRANSACTION_TIMEOUT_MS, maxWait: CONNECTION_TIMEOUT_MS },
      );
      for (const effect of effects) effect();
      return result;
    },
    afterCommit(tx, effect) {
      const effects = effectsOf.get(tx);
      if (effects === undefined) throw new Error('It is no transaction that was begun here.');
      effects.push(effect);
    },
    table: (name) =>
      Prisma.raw([...(schema === null ? [] : [schema]), name].map(pg.escapeIdentifier).join('.')),
    async currentTime(tx = prisma) {
      const [row] = await tx.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
      if (row === undefined) throw new Error('The database did not return its time.');
      return row.now;
    },
    async check(signal) {
      try {
        await readNothingOfEveryTable(prisma, signal);
        return null;
      } catch (error) {
        return (
          toServiceError(error) ??
          new ServiceError('INTERNAL_ERROR', 'Asking the database failed in an unknown way.', {
            cause: error,
          })
        );
      }
    },
    connections: () => ({
      used: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waited: pool.waitingCount,
    }),
    toServiceError,
    async close() {
      closing.abort();
      await prisma.$disconnect();
    },
  };
}

/** The database's name and host, never its user or password. */
function placeOf({ url }: DatabaseAddress): string {
  const { host, pathname, searchParams } = new URL(url);
  // The parameters of a URL win over its parts, as for the driver.
  const name = decodeURIComponent(pathname.slice(1));
  return `database ${name} at ${searchParams.get('host') ?? host}`;
}

// Prisma names all columns of a table in its query, and no row fulfils none of no conditions.
const NO_ROW = { where: { OR: [] } };

type TableReader = (prisma: PrismaClient) => Promise<unknown>;

// The type demands an entry for every table of the schema.
const READ_NOTHING = {
  Company: ({ company }) => company.findFirst(NO_ROW),
  SitePhone: ({ sitePhone }) => sitePhone.findFirst(NO_ROW),
  Call: ({ call }) => call.findFirst(NO_ROW),
  CallDigest: ({ callDigest }) => callDigest.findFirst(NO_ROW),
  CountedDay: ({ countedDay }) => countedDay.findFirst(NO_ROW),
  CountedMonth: ({ countedMonth }) => countedMonth.findFirst(NO_ROW),
  ChangedDay: ({ changedDay }) => changedDay.findFirst(NO_ROW),
  RequestQueue: ({ requestQueue }) => requestQueue.findFirst(NO_ROW),
  SpeechOperation: ({ speechOperation }) => speechOperation.findFirst(NO_ROW),
  Transcript: ({ transcript }) => transcript.findFirst(NO_ROW),
  EarlierTranscript: ({ earlierTranscript }) => earlierTranscript.findFirst(NO_ROW),
  CallAnalysis: ({ callAnalysis }) => callAnalysis.findFirst(NO_ROW),
  AnalysisChunk: ({ analysisChunk }) => analysisChunk.findFirst(NO_ROW),
  AnalysisAttempt: ({ analysisAttempt }) => analysisAttempt.findFirst(NO_ROW),
  Spending: ({ spending }) => spending.findFirst(NO_ROW),
  PaidReprocess: ({ paidReprocess }) => paidReprocess.findFirst(NO_ROW),
  BulkReprocess: ({ bulkReprocess }) => bulkReprocess.findFirst(NO_ROW),
  BulkReprocessCall: ({ bulkReprocessCall }) => bulkReprocessCall.findFirst(NO_ROW),
  HookDelivery: ({ hookDelivery }) => hookDelivery.findFirst(NO_ROW),
  processingLog: ({ processingLog }) => processingLog.findFirst(NO_ROW),
} as const satisfies Record<Prisma.ModelName, TableReader>;

async function readNothingOfEveryTable(
  prisma: PrismaClient,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const read of Object.values<TableReader>(READ_NOTHING)) {
    // Once it is closed, Prisma would open the next connection by itself, and keep the process alive.
    if (signal?.aborted === true) return;
    await read(prisma);
  }
}

/** What a transaction begins with. Prisma names the schema itself; raw statements do not. */
function settingsOfTransactions(schema: string | null): string {
  return [
    ...Object.entries(TRANSACTION_LIMITS_MS).map(([name, ms]) => `${name} = ${ms}`),
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
