// Statistics add up what triggers keep of each call. Whatever comes in whichever order, several changes at once, late
// ones, repeated ones and undone ones, the sums are those of the rows themselves, also where days were counted before.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import type { Prisma } from '../../src/generated/prisma/client.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { createCountedDayRepository } from '../../src/repositories/listing/counted-day-repository.ts';
import { createDigestRepository } from '../../src/repositories/listing/digest-repository.ts';
import { createListingRepository } from '../../src/repositories/listing/listing-repository.ts';
import { repositoriesOf } from '../support/repositories.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

// More than a week ago, so that the days may be counted beforehand, and of two months.
const RANGE = { from: new Date('2025-10-29'), to: new Date('2025-11-05') };
const FIRST_DAY = '2025-10-29';
const CALLS = 12;
const CHANGES = 40;

describe('statistics', function () {
  this.timeout(60_000);
  let testDatabase: TestDatabase;
  let database: Database;
  let ids: readonly string[];

  before(async () => {
    testDatabase = await createTestDatabase();
    database = createDatabase({ url: testDatabase.url, poolSize: 8 });
    ids = await Promise.all(
      Array.from({ length: CALLS }, async (_, index) => {
        const { calls } = repositoriesOf(database);
        const { id } = await calls.create({
          callSid: `call-${index}`,
          startTime: new Date(RANGE.from.getTime() + index * 12 * 60 * 60 * 1_000),
          recordgroup: '1',
          recordid: '1',
          callStatus: 'PROCESSING',
          runId: 'run',
          transition: 1n,
        });
        return id;
      }),
    );
  });
  after(async () => {
    await database.close();
    await testDatabase.drop();
  });

  it('equal a count over the rows after storms of changes, with digests that are lost and made again, and days and months that are counted meanwhile', async () => {
    const { prisma } = database;
    const digests = createDigestRepository(database);
    const countedDays = createCountedDayRepository(database);
    for (let round = 0; round < 4; round += 1) {
      const storm = Array.from({ length: CHANGES }, (_, index) => change(round, index));
      const losses = prisma.callDigest.deleteMany({ where: { callId: { in: ids.slice(0, 4) } } });
      const work = [...storm, losses, mendAll(), mendAll(), countAll(), countAll(), countAll()];
      const results = await Promise.allSettled(work);
      for (const result of results) {
        if (result.status === 'rejected') throw result.reason;
      }
      await mendAll();
      assert.deepEqual(await counted(), await countedByHand());
      await countAll();
      assert.equal(await prisma.changedDay.count(), 0, 'every day is counted');
      assert.deepEqual(await countedDays.listDueMonths(), [], 'every month is counted');
      assert.deepEqual(await counted(), await countedByHand());
    }

    async function mendAll(): Promise<void> {
      let after: string | null = null;
      do ({ next: after } = await digests.mend(after));
      while (after !== null);
    }
  });

  it('know of changes that commit before, between and after the statements that count their day', async () => {
    const { prisma } = database;
    const id = ids[0] ?? '';
    const change = () =>
      prisma.call.update({ where: { id }, data: { recordingSeconds: { increment: 1 } } });
    const withChanges: Pick<Database, 'transaction'> = {
      transaction: (work) =>
        database.transaction((tx) =>
          work(
            new Proxy(tx, {
              get: (target, name) =>
                name === '$executeRaw'
                  ? async (...sent: Parameters<typeof target.$executeRaw>) => {
                      await change();
                      return target.$executeRaw(...sent);
                    }
                  : Reflect.get(target, name),
            }),
          ),
        ),
    };
    await change();
    await createCountedDayRepository(withChanges).count(FIRST_DAY);
    assert.equal(await prisma.countedDay.count({ where: { by: 'day', key: FIRST_DAY } }), 1);
    assert.deepEqual(await counted(), await countedByHand());
    await createCountedDayRepository(database).count(FIRST_DAY);
    assert.deepEqual(await counted(), await countedByHand());
    await change();
    assert.deepEqual(await counted(), await countedByHand());
  });

  async function countAll(): Promise<void> {
    const countedDays = createCountedDayRepository(database);
    for (const day of await countedDays.listDue()) await countedDays.count(day);
    for (const month of await countedDays.listDueMonths()) await countedDays.countMonth(month);
  }

  /** One of the things that happen to a call, each of them often and at any time. */
  async function change(round: number, index: number): Promise<void> {
    const { analyses, analysisAttempts, calls, chunks, speechOperations, transcripts } =
      repositoriesOf(database);
    const callId = ids[(index * 7 + round) % CALLS] ?? '';
    const spent = { callId, runId: `run ${index % 3}`, activityId: '1' };
    const one = { ...spent, attempt: 1 + (index % 2) };
    const tokens = { inputTokens: 100 + index, outputTokens: 7 };
    switch (index % 7) {
      case 0:
        for (const billed of billsOf(round, index)) {
          await database.transaction(async (tx) => {
            await calls.lock(callId, tx);
            await transcripts.save(transcriptOf(callId, `${round % 3}`, billed), tx);
          });
        }
        return;
      case 1:
        await speechOperations.note(
          { ...spent, name: 'operation' },
          round === 1 ? null : 60 + index,
        );
        return;
      case 2:
        await analysisAttempts.add(one);
        await analysisAttempts.update(one, tokens);
        return;
      case 3:
        await analysisAttempts.remove(one);
        return;
      case 4:
        await chunks.findOrCreate({
          ...tokens,
          callId,
          runId: spent.runId,
          submissionId: 's',
          promptVersion: '1',
          model: 'm',
          index: round % 2,
          inputSha256: 'a',
          data: {},
        });
        return;
      case 5:
        await analyses.findOrCreate({
          ...tokens,
          callId,
          runId: spent.runId,
          data: { category: 'incident' },
          model: 'm',
          promptVersion: '1',
          chunkInputTokens: 11,
          chunkOutputTokens: 3,
          submissionId: 's',
        });
        return;
      default:
        await calls.changeStatus(callId, {
          transition: BigInt(10 * round + index),
          ...(index % 2 === 0
            ? { callStatus: 'COMPLETED', outcome: 'NO_SPEECH', duration: index }
            : { callStatus: 'FAILED', outcome: null, failedStep: 'openCall' }),
          recordingSeconds: index,
        });
    }
  }

  /** What is said of one transcript, one after the other: of some never what was billed, of some only at last. */
  function billsOf(round: number, index: number): readonly (number | null)[] {
    if (index === 7 * round) return [null];
    return index === 28 ? [null, 45] : [45];
  }

  function transcriptOf(
    callId: string,
    submissionId: string,
    billedSeconds: number | null,
  ): Prisma.TranscriptUncheckedCreateInput {
    return {
      callId,
      text: `Words of ${randomUUID()}.`,
      segments: [],
      languageCode: 'en-GB',
      model: 'telephony',
      billedSeconds,
      sha256: 'a',
      submissionId,
      runId: 'run',
    };
  }

  async function counted() {
    const rows = await createListingRepository(database).listStatistics({ ...RANGE, by: 'day' });
    const days = rows.flatMap(({ isTotal, key, calls, speechSeconds }) =>
      isTotal ? [] : [[key, calls, speechSeconds]],
    );
    const { isTotal: _, key: __, name: ___, ...total } = rows.find(({ isTotal }) => isTotal) ?? {};
    return { total, days };
  }

  /** The same by going through the calls, with what `GET /calls/:callSid` says of the cost of each. */
  async function countedByHand() {
    const { analyses, speechOperations, transcripts } = repositoriesOf(database);
    const calls = await database.prisma.call.findMany({ orderBy: { startTime: 'asc' } });
    const spent = await Promise.all(
      calls.map(async ({ id, startTime }) => ({
        ...(await analyses.countTokens(id)),
        day: startTime.toISOString().slice(0, 10),
        transcribed: (await transcripts.billedSecondsOf(id)) ?? 0,
        inVain: await speechOperations.inVainOf(id),
      })),
    );
    const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);
    const durations = calls
      .flatMap(({ callStatus, duration }) =>
        callStatus === 'COMPLETED' && duration !== null ? [duration] : [],
      )
      .toSorted((a, b) => a - b);
    const percentile = (part: number) => {
      if (durations.length === 0) return null;
      const at = part * (durations.length - 1);
      const [low = 0, high = low] = durations.slice(Math.floor(at), Math.floor(at) + 2);
      return low + (high - low) * (at - Math.floor(at));
    };
    const speechSeconds = (of: typeof spent) =>
      of.reduce<number | null>(
        (all, { transcribed, inVain }) =>
          all === null || transcribed === 'unknown' ? null : all + transcribed + inVain.seconds,
        0,
      );
    const days = Map.groupBy(spent, ({ day }) => day);
    const having = (status: string) => calls.filter((call) => call.callStatus === status).length;
    return {
      total: {
        calls: calls.length,
        analyzed: 0,
        noSpeech: calls.filter(({ outcome }) => outcome === 'NO_SPEECH').length,
        failed: having('FAILED'),
        processing: having('PROCESSING'),
        recordedSeconds: sum(calls.map((call) => Number(call.recordingSeconds ?? 0))),
        medianSeconds: percentile(0.5),
        p95Seconds: percentile(0.95),
        speechSeconds: speechSeconds(spent),
        inputTokens: sum(spent.map(({ inputTokens }) => inputTokens)),
        outputTokens: sum(spent.map(({ outputTokens }) => outputTokens)),
        estimated: spent.some(({ inVain }) => inVain.isAny),
      },
      days: [...days].map(([day, of]) => [day, of.length, speechSeconds(of)]),
    };
  }
});
