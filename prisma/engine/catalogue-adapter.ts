import { PrismaPg } from '@prisma/adapter-pg';
import {
  ColumnTypeEnum,
  type SqlMigrationAwareDriverAdapterFactory,
  type SqlQuery,
  type SqlQueryable,
} from '@prisma/driver-adapter-utils';
import type pg from 'pg';

import { UtcClient } from '../../src/repositories/connection/utc-client.ts';

// PostgreSQL's one-byte type "char", which only its own catalogue uses, and the type "char"[], which not
// even the catalogue uses. (The numbers are from pg_type.dat in PostgreSQL's sources.)
const CHAR_OID = 18;
const CHAR_ARRAY_OID = 1002;

/**
 * Prisma's adapter for node-postgres, extended to run migrations whole and to read PostgreSQL's catalogue. The engine reads "char"
 * columns of the catalogue when it inspects a database, and @prisma/adapter-pg 7.10 refuses them. So the
 * CatalogueClient below labels them with a type that the adapter knows and nothing else uses, and this
 * adapter replaces that label by their true type.
 */
export function createCatalogueAdapter(
  pool: pg.Pool,
  schema: string | null,
): SqlMigrationAwareDriverAdapterFactory {
  const factory = new PrismaPg(pool, schema === null ? {} : { schema });
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    async connect() {
      const adapter = await factory.connect();
      const startTransaction = adapter.startTransaction.bind(adapter);
      const executeRaw = adapter.executeRaw.bind(adapter);
      return Object.assign(readingChars(adapter), {
        // Whole, so that PostgreSQL runs it in one transaction. The adapter would cut it at each semicolon,
        // also inside a function, and leave half of a migration behind when it fails.
        executeScript: async (script: string) => {
          await executeRaw({ sql: script, args: [], argTypes: [] });
        },
        startTransaction: async (...args: Parameters<typeof startTransaction>) =>
          readingChars(await startTransaction(...args)),
      });
    },
    connectToShadowDb: () => factory.connectToShadowDb(),
  };
}

function readingChars<T extends SqlQueryable>(queryable: T): T {
  const queryRaw = queryable.queryRaw.bind(queryable);
  return Object.assign(queryable, {
    queryRaw: async (query: SqlQuery) => {
      const result = await queryRaw(query);
      return {
        ...result,
        columnTypes: result.columnTypes.map((type) =>
          type === ColumnTypeEnum.CharacterArray ? ColumnTypeEnum.Character : type,
        ),
      };
    },
  });
}

/** The driver's half: the pool must use this class for its connections. */
export class CatalogueClient extends UtcClient {
  constructor(config?: pg.ClientConfig) {
    super(config);
    const send: (...args: unknown[]) => unknown = super.query.bind(this);
    // The driver declares eight overloads of this method. A pool passes a callback; others await it.
    this.query = (...args: unknown[]): never => {
      const callback: unknown = args.at(-1);
      const result =
        typeof callback === 'function'
          ? send(...args.slice(0, -1), (error: unknown, answer: unknown) => {
              callback(error, relabel(answer));
            })
          : Promise.resolve(send(...args)).then(relabel);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see above.
      return result as never;
    };
  }
}

function relabel(result: unknown): unknown {
  if (hasFields(result)) {
    for (const field of result.fields) {
      if (field.dataTypeID === CHAR_OID) field.dataTypeID = CHAR_ARRAY_OID;
    }
  }
  return result;
}

function hasFields(result: unknown): result is Pick<pg.QueryResult, 'fields'> {
  return (
    typeof result === 'object' &&
    result !== null &&
    'fields' in result &&
    Array.isArray(result.fields)
  );
}
