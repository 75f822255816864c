// What workers do for lists and statistics, beside the calls.
import assert from 'node:assert/strict';

import pino from 'pino';

import { keepDigests } from '../../src/process/keep-digests.ts';
import { createDatabase } from '../../src/repositories/database.ts';
import { createCountedDayRepository } from '../../src/repositories/listing/counted-day-repository.ts';
import { createDigestRepository } from '../../src/repositories/listing/digest-repository.ts';
import { addListedCall } from '../api/listed-calls.ts';
import { createTestDatabase } from '../support/postgres.ts';

describe('the upkeep of digests', () => {
  it('makes them, and counts their days and the months of these, until it is stopped', async () => {
    const { url, drop } = await createTestDatabase();
    const database = createDatabase({ url, poolSize: 2 });
    const stop = new AbortController();
    const { prisma } = database;
    await addListedCall(database, { callSid: 'call', startTime: new Date('2025-10-29T12:00:00Z') });
    await prisma.callDigest.deleteMany();
    const upkeep = keepDigests(
      {
        digests: createDigestRepository(database),
        countedDays: createCountedDayRepository(database),
        toServiceError: () => null,
        logger: pino({ enabled: false }),
      },
      stop.signal,
    );
    try {
      while ((await prisma.countedMonth.count({ where: { by: 'all' } })) === 0) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.equal(await prisma.callDigest.count(), 1);
      assert.equal(await prisma.countedDay.count({ where: { by: 'day' } }), 1);
      const month = await prisma.countedMonth.findFirst({ where: { by: 'all' } });
      assert.deepEqual([month?.month.toISOString().slice(0, 10), month?.calls], ['2025-10-01', 1]);
    } finally {
      stop.abort();
      await upkeep;
      await database.close();
      await drop();
    }
  });
});
