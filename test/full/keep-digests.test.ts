// A worker makes calls from before an update ready for lists, newest first, in small batches beside its work: killed in
// the middle it has spoilt nothing, the next one goes on, and a call that is in the hands of a step is waited for.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pg from 'pg';

import { startKeeper } from '../../local/process/keeper.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { startOwnProcess, type OwnProcess, type ProcessHome } from '../support/own-process.ts';
import { OUTSIDE_NOWHERE } from '../support/outside-nowhere.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { workerOf } from '../support/rig.ts';
import { startTemporal } from '../support/temporal.ts';
import { waitFor } from '../support/wait-for.ts';

// Twelve batches, with a pause after each: long enough to be killed in between.
const CALLS = 300;

describe('a worker that finds calls from before lists', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let home: ProcessHome;
  let count = 0;

  before(async () => {
    testDatabase = await createTestDatabase();
    database = createDatabase({ url: testDatabase.url, poolSize: 3 });
    const folder = await mkdtemp(join(tmpdir(), 'call-processing-digests-'));
    home = { folder, keeper: startKeeper() };
    const { prisma } = database;
    await prisma.call.createMany({
      data: Array.from({ length: CALLS }, (_, index) => ({
        callSid: `old-${index}`,
        startTime: new Date(Date.UTC(2026, 0, 1, 0, index)),
        recordgroup: '1',
        recordid: '1',
        callStatus: 'COMPLETED',
        runId: 'run',
        transition: 1n,
      })),
    });
    // As an older version has left them.
    await prisma.callDigest.deleteMany();
  });
  after(async () => {
    home.keeper.close();
    await rm(home.folder, { recursive: true, force: true });
    await database.close();
    await testDatabase.drop();
  });

  async function worker(): Promise<OwnProcess> {
    const { address } = await startTemporal();
    const { script, env } = await workerOf({
      ...OUTSIDE_NOWHERE,
      DATABASE_URL: testDatabase.url,
      TEMPORAL_ADDRESS: address,
      TASK_QUEUE: `digests-${randomUUID()}`,
    });
    const ready = /takes calls/;
    return (await startOwnProcess(`worker-${(count += 1)}`, { script, env, ready }, home)).process;
  }

  it('makes them ready after a kill -9 as well, leaves a locked call alone meanwhile, says so, and counts their days', async () => {
    const { prisma } = database;
    const made = () => prisma.callDigest.count();
    const first = await worker();
    await waitFor('the first batches', async () => (await made()) > 0);
    await first.kill();
    const before = await made();
    assert.ok(before < CALLS, `killed in the middle: ${before}`);
    const newest = await prisma.call.findMany({ orderBy: { id: 'desc' }, take: before });
    const known = await prisma.callDigest.findMany();
    assert.deepEqual(
      known.map(({ callId }) => callId).toSorted(),
      newest.map(({ id }) => id).toSorted(),
    );

    const { id } = await prisma.call.findFirstOrThrow({ orderBy: { id: 'asc' } });
    // A step of a call, which takes its time.
    const step = new pg.Client({ connectionString: testDatabase.url });
    await step.connect();
    try {
      await step.query('BEGIN');
      await step.query('SELECT 1 FROM "Call" WHERE id = $1 FOR UPDATE', [id]);
      const second = await worker();
      await waitFor('its word', async () => second.output().includes('made ready for lists'));
      assert.equal(await made(), CALLS - 1);
      assert.equal(await prisma.callDigest.findUnique({ where: { callId: id } }), null);
      await waitFor('a counted day', async () => (await prisma.countedDay.count()) > 0);
      assert.equal((await second.stop()).code, 0);
    } finally {
      await step.end();
    }
  });
});
