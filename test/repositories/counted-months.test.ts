// A month that workers have counted stands for its days as they were then, and statistics must not take it for others.
import assert from 'node:assert/strict';

import { GROUPINGS } from '../../src/domain/statistics.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { createCountedDayRepository } from '../../src/repositories/listing/counted-day-repository.ts';
import { createListingRepository } from '../../src/repositories/listing/listing-repository.ts';
import { repositoriesOf } from '../support/repositories.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

// Of two months; the calls are half a day apart, so that October has six of them.
const RANGE = { from: new Date('2025-10-29'), to: new Date('2025-11-05') };
const CALLS = 12;

describe('statistics with counted months', function () {
  this.timeout(60_000);
  let testDatabase: TestDatabase;
  let database: Database;

  before(async () => {
    testDatabase = await createTestDatabase();
    database = createDatabase({ url: testDatabase.url, poolSize: 8 });
    for (let index = 0; index < CALLS; index += 1) {
      await addCall(
        `call-${index}`,
        new Date(RANGE.from.getTime() + index * 12 * 60 * 60 * 1_000),
        10 * (index % 5) ** 2,
      );
    }
  });
  after(async () => {
    await database.close();
    await testDatabase.drop();
  });

  it('agree, whatever of them was counted beforehand, in every grouping', async () => {
    const all = () =>
      Promise.all(
        GROUPINGS.map((by) => createListingRepository(database).listStatistics({ ...RANGE, by })),
      );
    await countAll();
    const byMonths = await all();
    await database.prisma.countedMonth.deleteMany();
    assert.deepEqual(await all(), byMonths);
    await database.prisma.countedDay.deleteMany();
    assert.deepEqual(await all(), byMonths);
    assert.ok(byMonths.every(([total]) => total?.medianSeconds != null));
  });

  it('take a counted month only in place of exactly the days that it was made of', async () => {
    const { prisma } = database;
    const countedDays = createCountedDayRepository(database);
    const change = () =>
      prisma.call.update({
        where: { callSid: 'call-0' },
        data: { recordingSeconds: 61 },
      });
    // So much more than there are that the months taken can be told from the sum.
    const marked = async () => {
      await prisma.countedMonth.updateMany({
        where: { month: new Date('2025-10-01'), by: 'company' },
        data: { calls: 1_000 },
      });
      await prisma.countedMonth.updateMany({
        where: { month: new Date('2025-11-01'), by: 'company' },
        data: { calls: 50_000 },
      });
    };
    const callsOf = async (range: { from: Date; to: Date }) => {
      const rows = await createListingRepository(database).listStatistics({
        ...range,
        by: 'company',
      });
      return rows.find(({ isTotal }) => isTotal)?.calls;
    };
    await countAll();
    assert.equal(await callsOf(RANGE), CALLS);
    await marked();
    assert.equal(await callsOf(RANGE), 51_000, 'both months are taken');
    const october = new Date('2025-11-01');
    assert.equal(await callsOf({ ...RANGE, to: october }), 1_000);
    assert.equal(await callsOf({ ...RANGE, from: october }), 50_000);
    assert.equal(await callsOf({ ...RANGE, to: new Date('2025-11-03') }), 1_004, 'cut at its end');
    assert.equal(
      await callsOf({ ...RANGE, from: new Date('2025-10-30') }),
      50_004,
      'and its start',
    );
    await change();
    assert.equal(await callsOf(RANGE), 50_006, 'a day of October has changed');
    await countedDays.count('2025-10-29');
    assert.equal(await callsOf(RANGE), 50_006, 'it has been counted again');
    assert.deepEqual(await countedDays.listDueMonths(), ['2025-10-01']);
    await countedDays.countMonth('2025-10-01');
    assert.equal(await callsOf(RANGE), 50_006, 'so has October');
    await prisma.countedDay.deleteMany({ where: { day: new Date('2025-11-03') } });
    assert.equal(await callsOf(RANGE), CALLS, 'a day of November is gone');
    await prisma.countedDay.deleteMany();
    await countAll();
    await marked();
    assert.equal(await callsOf(RANGE), 51_000, 'all is counted again');
    // A day that had no call, and is not counted for that, belongs to no month.
    await addCall('late', new Date('2025-10-03T12:00:00Z'), 10);
    assert.equal(await callsOf({ ...RANGE, from: new Date('2025-10-01') }), 51_001);
    await prisma.call.deleteMany({ where: { callSid: 'late' } });
    await countAll();
    assert.equal(await callsOf({ ...RANGE, from: new Date('2025-10-01') }), 51_000);
    // Without calls, what is left of their month goes too.
    await prisma.countedDay.deleteMany({ where: { day: { lt: october } } });
    assert.deepEqual(await countedDays.listDueMonths(), ['2025-10-01']);
    await countedDays.countMonth('2025-10-01');
    assert.equal(await prisma.countedMonth.count({ where: { month: { lt: october } } }), 0);
    assert.deepEqual(await countedDays.listDueMonths(), []);
  });

  async function countAll(): Promise<void> {
    const countedDays = createCountedDayRepository(database);
    for (const day of await countedDays.listDue()) await countedDays.count(day);
    for (const month of await countedDays.listDueMonths()) await countedDays.countMonth(month);
  }

  async function addCall(callSid: string, startTime: Date, duration: number): Promise<void> {
    const { calls } = repositoriesOf(database);
    const { id } = await calls.create({
      callSid,
      startTime,
      recordgroup: '1',
      recordid: '1',
      callStatus: 'PROCESSING',
      runId: 'run',
      transition: 1n,
    });
    await calls.changeStatus(id, {
      transition: 2n,
      callStatus: 'COMPLETED',
      outcome: duration % 3 === 0 ? 'NO_SPEECH' : 'ANALYZED',
      duration,
    });
  }
});
