import assert from 'node:assert/strict';

import { createDatabase, type Database } from '../../../src/repositories/database.ts';
import { toDatabaseError } from '../../../src/repositories/database-error.ts';
import type { Cluster } from '../harness/cluster.ts';
import { startTcpProxy, type TcpProxy } from '../harness/tcp-proxy.ts';
import type { TestGroup } from './suite.ts';

// A dead connection to the database is noticed, abandoned and replaced.

/** Tests of the pool alone, on their own links, so that they disturb no other test. */
export function connectionTests(given: () => Cluster): TestGroup {
  async function withLink(test: (database: Database, link: TcpProxy) => Promise<void>) {
    const { postgres } = given();
    const link = await startTcpProxy(() => postgres.port);
    const database = createDatabase({ url: postgres.url(link.port), poolSize: 1 });
    try {
      await database.prisma.call.count();
      await test(database, link);
    } finally {
      await database.close();
      await link.close();
    }
  }

  return {
    'row 5: a connection whose server has silently vanished is replaced': () =>
      withLink(async ({ prisma }, link) => {
        link.halfOpen();
        await assertUnavailable(() => prisma.call.count());
        await prisma.call.count();
      }),

    'row 5: a transaction whose connection goes silent is abandoned': () =>
      withLink(async (database, link) => {
        await assertUnavailable(() =>
          database.transaction(async (tx) => {
            await tx.call.count();
            link.halfOpen();
            await tx.call.count();
          }),
        );
      }),

    'row 9: a database that refuses connections is reported, and used again once it is back': () =>
      withLink(async ({ prisma }, link) => {
        link.refuse();
        await assertUnavailable(() => prisma.call.count());
        link.heal();
        await prisma.call.count();
      }),
  };
}

async function assertUnavailable(request: () => Promise<unknown>): Promise<void> {
  await assert.rejects(request, (error: unknown) => {
    assert.equal(toDatabaseError(error)?.code, 'DATABASE_UNAVAILABLE', String(error));
    return true;
  });
}
