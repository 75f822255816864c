// What a day has cost is noted in the transaction that stores what was paid for, each thing once, and what nobody knows as
// unknown.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import type { Spending } from '../../src/domain/spending.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { createServiceNumbersRepository } from '../../src/repositories/service-numbers-repository.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { repositoriesOf } from '../support/repositories.ts';

const NOTHING: Spending = { speechSeconds: 0, unknownBills: 0, inputTokens: 0, outputTokens: 0 };

describe('what was spent today', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let repositories: ReturnType<typeof repositoriesOf>;
  let callId: string;
  const runId = randomUUID();

  before(async () => {
    testDatabase = await createTestDatabase();
    database = createDatabase({ url: testDatabase.url, poolSize: 2 });
    repositories = repositoriesOf(database);
    const call = await repositories.calls.create({
      callSid: randomUUID(),
      callStatus: 'PROCESSING',
      startTime: new Date('2020-02-02'),
      recordgroup: '1',
      recordid: '2',
      runId,
      transition: 0n,
    });
    callId = call.id;
  });
  after(async () => {
    await database.close();
    await testDatabase.drop();
  });
  beforeEach(() => database.prisma.spending.deleteMany());

  const read = async () => (await createServiceNumbersRepository(database).read()).spentToday;
  const spends = async (work: () => Promise<unknown>, spent: Partial<Spending>) => {
    await database.prisma.spending.deleteMany();
    await work();
    assert.deepEqual(await read(), { ...NOTHING, ...spent });
  };

  it('has every transcript once, also one that replaces another, and unknown bills as unknown', async () => {
    const save =
      (submissionId: string, billedSeconds: number | null, text = 'Hello.') =>
      () =>
        repositories.transcripts.save({
          callId,
          text,
          segments: [],
          model: 'm',
          sha256: 's',
          submissionId,
          runId,
          billedSeconds,
        });
    await spends(save('one', 61), { speechSeconds: 61 });
    await spends(save('one', 61, 'Hello again.'), {});
    await spends(save('two', 30), { speechSeconds: 30 });
    await spends(save('three', null), { unknownBills: 1 });
  });

  it('has what was paid in vain once it is known, and a recording of unknown length as unknown', async () => {
    const note = (name: string, seconds: number | null) => () =>
      repositories.speechOperations.note({ callId, name, runId, activityId: '3' }, seconds);
    await spends(note('one', null), {});
    await spends(note('one', 90), { speechSeconds: 90 });
    await spends(note('one', 90), {});
    await spends(note('two', 0), { unknownBills: 1 });
  });

  it('has the tokens of notes, of analyses without their notes, and in vain', async () => {
    const submissionId = 'one';
    const chunk = () =>
      repositories.chunks.findOrCreate({
        callId,
        runId,
        submissionId,
        promptVersion: '3',
        model: 'm',
        index: 0,
        inputSha256: 's',
        data: {},
        inputTokens: 1_000,
        outputTokens: 100,
      });
    await spends(chunk, { inputTokens: 1_000, outputTokens: 100 });
    await spends(chunk, {});
    const analysis = () =>
      repositories.analyses.findOrCreate({
        callId,
        data: {},
        model: 'm',
        promptVersion: '3',
        inputTokens: 1_500,
        outputTokens: 300,
        chunkInputTokens: 1_000,
        chunkOutputTokens: 100,
        submissionId,
        runId,
      });
    await spends(analysis, { inputTokens: 500, outputTokens: 200 });
    await spends(analysis, {});
    const key = { runId, activityId: '5', attempt: 1 };
    await spends(() => repositories.analysisAttempts.add({ ...key, callId }), {});
    const inVain = () =>
      repositories.analysisAttempts.update(key, { inputTokens: 70, outputTokens: 7 });
    await spends(inVain, { inputTokens: 70, outputTokens: 7 });
    await spends(inVain, {});
  });

  it('has nothing of a transaction that is rolled back, and nothing of yesterday', async () => {
    await assert.rejects(
      database.transaction(async (tx) => {
        await tx.spending.create({ data: { speechSeconds: 5 } });
        throw new Error('rolled back');
      }),
      /rolled back/,
    );
    const midnight = new Date();
    midnight.setUTCHours(0, 0, 0, 0);
    const at = (ms: number, speechSeconds: number) =>
      database.prisma.spending.create({
        data: { at: new Date(midnight.getTime() + ms), speechSeconds },
      });
    await at(-1, 100);
    await at(0, 20);
    assert.deepEqual(await read(), { ...NOTHING, speechSeconds: 20 });
  });
});
