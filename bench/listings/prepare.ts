import { z } from 'zod';

import type { TemporaryPostgres } from '../../local/parts/postgres/temporary.ts';
import { migrate } from '../../prisma/engine/apply.ts';
import { runOn } from '../../prisma/engine/create-database.ts';
import { Prisma } from '../../src/generated/prisma/client.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { createCountedDayRepository } from '../../src/repositories/listing/counted-day-repository.ts';
import { createDigestRepository } from '../../src/repositories/listing/digest-repository.ts';
import type { Run } from './explain.ts';
import { fillWithCalls } from './fill.ts';

const FILLED = 'listings';

// Its name until it is filled: what is left of an interrupted run is not taken for all calls.
const UNFILLED = 'unfilled';

/**
 * The URL of the server's database with so many calls, for which everything is done that workers do for lists,
 * searches and statistics. It is filled only if the server has none yet.
 */
export async function prepareCalls(
  server: Pick<TemporaryPostgres, 'url'>,
  calls: number,
): Promise<string> {
  const url = server.url(FILLED);
  const found = await runOn(server.url('postgres'), (client) =>
    client.query('SELECT FROM pg_database WHERE datname = $1', [FILLED]),
  );
  if (found.rowCount === 0) {
    await runOn(server.url('postgres'), (client) =>
      client.query(`DROP DATABASE IF EXISTS ${UNFILLED}`),
    );
    await migrate(server.url(UNFILLED));
    await withDatabase(server.url(UNFILLED), (run, database) => fill(run, database, calls));
    await runOn(server.url('postgres'), (client) =>
      client.query(`ALTER DATABASE ${UNFILLED} RENAME TO ${FILLED}`),
    );
  }
  // Since it was filled, migrations may have been added, and days become old enough.
  await migrate(url);
  await withDatabase(url, async (run, database) => {
    const counting = Date.now();
    const days = createCountedDayRepository(database);
    for (const day of await days.listDue()) await days.count(day);
    for (const month of await days.listDueMonths()) await days.countMonth(month);
    console.log(`days and months counted after ${seconds(counting)} s`);
    // Statistics of the tables, which a server in use has.
    await run(Prisma.sql`VACUUM (ANALYZE)`);
  });
  return url;
}

async function withDatabase(
  url: string,
  work: (run: Run, database: Database) => Promise<void>,
): Promise<void> {
  const database = createDatabase({ url, poolSize: 2 });
  try {
    await runOn(url, (client) =>
      work(async ({ text, values }) => (await client.query(text, values)).rows, database),
    );
  } finally {
    await database.close();
  }
}

async function fill(run: Run, database: Database, calls: number): Promise<void> {
  const began = Date.now();
  await fillWithCalls(run, calls);
  console.log(`${calls} calls after ${seconds(began)} s`);
  await run(Prisma.sql`VACUUM (ANALYZE)`);
  const digesting = Date.now();
  await withoutWordIndex(run, async () => {
    const digests = createDigestRepository(database);
    let after: string | null = null;
    do ({ next: after } = await digests.mend(after));
    while (after !== null);
  });
  console.log(`their digests after ${seconds(digesting)} s`);
}

const WORD_INDEX = z.tuple([z.object({ definition: z.string() })]);

/** Builds the index of words once for all, which takes a small part of the time of adding call by call. */
async function withoutWordIndex(run: Run, work: () => Promise<void>): Promise<void> {
  const [{ definition }] = WORD_INDEX.parse(
    await run(Prisma.sql`
      SELECT indexdef AS definition FROM pg_indexes WHERE indexname = 'CallDigest_document_facets_idx'`),
  );
  await run(Prisma.sql`DROP INDEX "CallDigest_document_facets_idx"`);
  await work();
  await run(Prisma.sql`SET maintenance_work_mem = '512MB'`);
  await run(Prisma.raw(definition));
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1_000).toFixed(0);
}
