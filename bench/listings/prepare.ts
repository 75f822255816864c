import { z } from 'zod';

import { Prisma } from '../../src/generated/prisma/client.ts';
import type { Database } from '../../src/repositories/database.ts';
import { createCountedDayRepository } from '../../src/repositories/listing/counted-day-repository.ts';
import { createDigestRepository } from '../../src/repositories/listing/digest-repository.ts';
import type { Run } from './explain.ts';
import { fillWithCalls } from './fill.ts';

/** Adds so many calls, and does what workers do for lists, searches and statistics of them. */
export async function prepareCalls(run: Run, database: Database, calls: number): Promise<void> {
  const began = Date.now();
  await fillWithCalls(run, calls);
  console.log(`${calls} calls after ${seconds(began)} s`);
  // Statistics of the tables, which a server in use has.
  await run(Prisma.sql`VACUUM (ANALYZE)`);
  const digesting = Date.now();
  await withoutWordIndex(run, async () => {
    const digests = createDigestRepository(database);
    let after: string | null = null;
    do ({ next: after } = await digests.mend(after));
    while (after !== null);
  });
  console.log(`their digests after ${seconds(digesting)} s`);
  const counting = Date.now();
  const days = createCountedDayRepository(database);
  for (const day of await days.listDue()) await days.count(day);
  console.log(`their days after ${seconds(counting)} s`);
  await run(Prisma.sql`VACUUM (ANALYZE)`);
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
