// Percentiles that are looked for around a guess are those of all durations in order.
import assert from 'node:assert/strict';

import { Prisma } from '../../src/generated/prisma/client.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { percentilesOf } from '../../src/repositories/listing/percentiles.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

describe('the percentiles of lists of durations', () => {
  let testDatabase: TestDatabase;
  let database: Database;

  before(async () => {
    testDatabase = await createTestDatabase();
    database = createDatabase({ url: testDatabase.url, poolSize: 2 });
  });
  after(async () => {
    await database.close();
    await testDatabase.drop();
  });

  it('are those of PostgreSQL itself, however the durations are spread', async () => {
    // The same ones each time.
    let last = 1;
    const random = (below: number) => {
      last = (last * 48_271) % 2_147_483_647;
      return last % below;
    };
    const lists = Array.from({ length: 150 }, (_, group) => {
      // Few values that many have, many that few have, and lists that have little in common.
      const [values, apart] = [1 + random(400) ** (1 + random(2)), random(3) * random(500)];
      return Array.from({ length: 1 + random(14) }, (__, index) => ({
        isTotal: group % 2 === 0,
        key: `${Math.floor(group / 2)}`,
        durations: Array.from(
          { length: random(30) * random(10) },
          () => apart * index + random(values),
        ).toSorted((a, b) => a - b),
      }));
    }).flat();
    const given = Prisma.sql`jsonb_to_recordset(${JSON.stringify(lists)}::jsonb)
      AS x("isTotal" boolean, key text, durations int[])`;
    const order = Prisma.sql`ORDER BY "isTotal", key`;
    const found = await database.transaction(
      (tx) => tx.$queryRaw`SELECT * FROM (${percentilesOf(given)}) p ${order}`,
    );
    const expected = await database.transaction(
      (tx) =>
        tx.$queryRaw<
          unknown[]
        >`SELECT "isTotal", key, percentile_cont(0.5) WITHIN GROUP (ORDER BY duration) AS median,
          percentile_cont(0.95) WITHIN GROUP (ORDER BY duration) AS p95
        FROM ${given} CROSS JOIN LATERAL unnest(durations) AS duration GROUP BY 1, 2 ${order}`,
    );
    assert.deepEqual(found, expected);
    assert.ok(expected.length > 100);
  });
});
