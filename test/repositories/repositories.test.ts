import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { createCallAnalysisRepository } from '../../src/repositories/call-analysis-repository.ts';
import { createCallRepository } from '../../src/repositories/call-repository.ts';
import { createCompanyRepository } from '../../src/repositories/company-repository.ts';
import { toDatabaseError } from '../../src/repositories/database-error.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { createProcessingLogRepository } from '../../src/repositories/processing-log-repository.ts';
import { createTranscriptRepository } from '../../src/repositories/transcript-repository.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { waitFor } from '../support/wait-for.ts';

// The database holds each thing once, however many write it concurrently, and a stale writer never overrides a newer one.

describe('the repositories', () => {
  let testDatabase: TestDatabase;
  let database: Database;

  before(async () => {
    testDatabase = await createTestDatabase();
    database = createDatabase({ url: testDatabase.url, poolSize: 10 });
  });
  after(async () => {
    await database?.close();
    await testDatabase?.drop();
  });

  const callData = (over: { callSid?: string; transition?: bigint } = {}) => ({
    callSid: randomUUID(),
    callStatus: 'PROCESSING' as const,
    startTime: new Date(),
    recordgroup: '1',
    recordid: '2',
    runId: 'run-1',
    transition: 10n,
    ...over,
  });

  it('return null for an absent row', async () => {
    const { prisma } = database;
    assert.equal(await createCallRepository(prisma).findByCallSid('absent'), null);
    assert.equal(await createCallRepository(prisma).findWithDetails('absent'), null);
    assert.equal(await createCompanyRepository(prisma).findByConnectwiseId('absent'), null);
    assert.equal(await createCompanyRepository(prisma).findById(randomUUID()), null);
    assert.equal(await createTranscriptRepository(prisma).findByCall(randomUUID()), null);
    const analyses = createCallAnalysisRepository(prisma);
    assert.equal(await analyses.findByRun(randomUUID(), 'run'), null);
    assert.deepEqual(await createProcessingLogRepository(prisma).listByCall(randomUUID()), []);
  });

  it('create one company for a thousand concurrent findOrCreate calls, without an error', async () => {
    const companies = createCompanyRepository(database.prisma);
    const found = await Promise.all(
      Array.from({ length: 1000 }, () => companies.findOrCreate('4711', 'Brightwater Dental')),
    );
    assert.equal(new Set(found.map(({ id }) => id)).size, 1);
    const count = await database.prisma.company.count({ where: { connectwiseId: '4711' } });
    assert.equal(count, 1);
  });

  it('create one call, and one analysis per run, for many concurrent findOrCreate calls', async () => {
    const calls = createCallRepository(database.prisma);
    const callSid = randomUUID();
    const found = await Promise.all(
      Array.from({ length: 100 }, () => calls.findOrCreate(callData({ callSid }))),
    );
    const [call] = found;
    assert.ok(call !== undefined && new Set(found.map(({ id }) => id)).size === 1);

    const analyses = createCallAnalysisRepository(database.prisma);
    const made = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        analyses.findOrCreate({
          callId: call.id,
          runId: 'run-1',
          submissionId: 's',
          data: { index },
          model: 'm',
          promptVersion: '1',
          inputTokens: 1,
          outputTokens: 1,
        }),
      ),
    );
    assert.equal(new Set(made.map(({ id }) => id)).size, 1);
    assert.equal(new Set(made.map(({ data }) => JSON.stringify(data))).size, 1, 'the first wins');
    assert.equal((await analyses.listByCall(call.id)).length, 1);
  });

  it('sum the billed seconds of a call’s transcripts, each submission once', async () => {
    const call = await createCallRepository(database.prisma).create(callData());
    const transcripts = createTranscriptRepository(database.prisma);
    assert.equal(await transcripts.billedSecondsOf(call.id), null);
    for (const [submissionId, billedSeconds] of [
      ['first', 20],
      // The same submission again: its result was stored twice.
      ['first', 20],
      ['second', 30],
      ['third', 5],
    ] as const) {
      await transcripts.save({
        callId: call.id,
        text: 'Hello.',
        segments: [],
        model: 'telephony',
        billedSeconds,
        sha256: 'sha256',
        submissionId,
        runId: 'run',
      });
    }
    assert.equal(await transcripts.billedSecondsOf(call.id), 55);

    // Once nobody knows a part of a sum, nobody knows the sum.
    for (const [submissionId, billedSeconds] of [
      ['fourth', null],
      ['fifth', 5],
    ] as const) {
      const row = {
        callId: call.id,
        text: '',
        segments: [],
        model: 'm',
        sha256: 's',
        runId: 'run',
      };
      await transcripts.save({ ...row, submissionId, billedSeconds });
      assert.equal(await transcripts.billedSecondsOf(call.id), 'unknown');
    }
  });

  it('update the name of a company that was renamed in ConnectWise', async () => {
    const companies = createCompanyRepository(database.prisma);
    const before = await companies.findOrCreate('77', 'Old Name');
    const after = await companies.findOrCreate('77', 'New Name');
    assert.deepEqual([after.id, after.name], [before.id, 'New Name']);
  });

  it('add a log row once for its key, and leave the transaction usable when the row already exists', async () => {
    const calls = createCallRepository(database.prisma);
    const log = createProcessingLogRepository(database.prisma);
    const call = await calls.create(callData());
    const row = {
      callId: call.id,
      status: 'LOG_INFO',
      message: 'once',
      event: 'JOB_STARTED',
      step: 'openCall',
      attempt: 0,
      runId: 'run-1',
      activityId: '1',
    } as const;
    assert.equal(await log.add([row]), 1);
    await database.transaction(async (tx) => {
      const rows = [
        { ...row, message: 'twice' },
        { ...row, event: 'JOB_FAILED' },
      ] as const;
      assert.equal(await log.add(rows, tx), 1);
    });
    const rows = await log.listByCall(call.id);
    assert.deepEqual(
      rows.map(({ event, message }) => [event, message]),
      [
        ['JOB_STARTED', 'once'],
        ['JOB_FAILED', 'once'],
      ],
    );
  });

  it('keep the log rows of one transaction in the order in which they were written', async () => {
    const calls = createCallRepository(database.prisma);
    const log = createProcessingLogRepository(database.prisma);
    const call = await calls.create(callData());
    const events = ['ANALYSIS_SUCCESS', 'ANALYSIS_SAVED', 'JOB_COMPLETED'] as const;
    const toRow = (event: (typeof events)[number]) =>
      ({
        callId: call.id,
        status: 'LOG_INFO',
        message: event,
        event,
        step: 'analyzeTranscript',
        attempt: 0,
        runId: 'run-2',
        activityId: '5',
      }) as const;
    const [first, ...others] = events;
    await database.transaction(async (tx) => {
      await log.add([toRow(first)], tx);
      await log.add(others.map(toRow), tx);
    });
    const rows = await log.listByCall(call.id);
    assert.deepEqual(
      rows.map(({ event }) => event),
      events,
    );
  });

  it('roll back everything in a transaction that fails', async () => {
    const calls = createCallRepository(database.prisma);
    const companies = createCompanyRepository(database.prisma);
    const data = callData();
    await assert.rejects(
      database.transaction(async (tx) => {
        await calls.create(data, tx);
        await companies.create({ connectwiseId: 'undone', name: 'Undone' }, tx);
        throw new Error('stop');
      }),
      /stop/,
    );
    assert.equal(await calls.findByCallSid(data.callSid), null);
    assert.equal(await companies.findByConnectwiseId('undone'), null);
  });

  it('refuse a change of status that was scheduled before the one on the row', async () => {
    const calls = createCallRepository(database.prisma);
    const { id, callSid } = await calls.create(callData({ transition: 10n }));
    assert.equal(await calls.changeStatus(id, { transition: 20n, callStatus: 'COMPLETED' }), true);
    assert.equal(await calls.changeStatus(id, { transition: 19n, callStatus: 'FAILED' }), false);
    await calls.resume(id, 19n);
    const call = await calls.findByCallSid(callSid);
    assert.deepEqual([call?.callStatus, call?.transition], ['COMPLETED', 20n]);
    assert.equal(
      await calls.changeStatus(id, { transition: 20n, callStatus: 'COMPLETED' }),
      true,
      'a retry',
    );
  });

  it('clear the failures from before a release, even those written after it', async () => {
    const calls = createCallRepository(database.prisma);
    const { id, callSid } = await calls.create(callData());
    const failed = { callStatus: 'FAILED', failedStep: 'matchCompany', failureCode: 'X' } as const;
    await calls.changeStatus(id, { transition: 20n, ...failed });
    await calls.resume(id, 30n);
    assert.equal(await calls.changeStatus(id, { transition: 21n, ...failed }), false);
    const call = await calls.findByCallSid(callSid);
    assert.deepEqual(
      [call?.callStatus, call?.failedStep, call?.failureCode],
      ['PROCESSING', null, null],
    );
  });

  it('keep a failure that one branch met after the other was released', async () => {
    const calls = createCallRepository(database.prisma);
    const { id, callSid } = await calls.create(callData());
    const failed = { callStatus: 'FAILED', failureCode: 'X' } as const;
    await calls.changeStatus(id, { transition: 20n, ...failed, failedStep: 'transcribeRecording' });
    await calls.changeStatus(id, { transition: 31n, ...failed, failedStep: 'matchCompany' });
    // The release at 30 reaches the database only after the failure at 31.
    await calls.resume(id, 30n);
    const call = await calls.findByCallSid(callSid);
    assert.deepEqual([call?.callStatus, call?.failedStep], ['FAILED', 'matchCompany']);
  });

  it('leave a COMPLETED call unchanged when the opening of its next run is retried', async () => {
    const calls = createCallRepository(database.prisma);
    const { id, callSid } = await calls.create(callData());
    await calls.changeStatus(id, { transition: 20n, callStatus: 'COMPLETED' });
    await calls.resume(id, 30n);
    assert.equal((await calls.findByCallSid(callSid))?.callStatus, 'COMPLETED');
  });

  it('show a locked call as its last writer left it, and block other writers until the lock is released', async () => {
    const calls = createCallRepository(database.prisma);
    const { id } = await calls.create(callData());
    const order: string[] = [];
    const locked = Promise.withResolvers<void>();
    const first = database.transaction(async (tx) => {
      await calls.lock(id, tx);
      locked.resolve();
      await waitFor('the second to wait for the lock', async () => {
        const rows = await database.prisma.$queryRaw<unknown[]>`
          SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
        return rows.length > 0;
      });
      await calls.update(id, { mimeType: 'audio/wav' }, tx);
      order.push('first');
    });
    await locked.promise;
    const seen = await database.transaction(async (tx) => (await calls.lock(id, tx)).mimeType);
    order.push('second');
    await first;
    assert.deepEqual([seen, order], ['audio/wav', ['first', 'second']]);
  });

  it('apply a change of status once, and accept its repetition without effect', async () => {
    const calls = createCallRepository(database.prisma);
    const { id, callSid } = await calls.create(callData());
    assert.equal(await calls.changeStatus(id, { transition: 20n, mimeType: 'audio/wav' }), true);
    assert.equal(await calls.changeStatus(id, { transition: 20n, mimeType: 'audio/mpeg' }), true);
    assert.equal((await calls.findByCallSid(callSid))?.mimeType, 'audio/wav');
  });

  it('report a database that is down as DATABASE_UNAVAILABLE, without its address or password', async () => {
    const away = createDatabase({ url: 'postgresql://u:secret@127.0.0.1:1/d', poolSize: 1 });
    try {
      for (const request of [
        () => createCallRepository(away.prisma).findByCallSid('x'),
        () => away.transaction((tx) => tx.call.findFirst()),
      ]) {
        const error: unknown = await request().catch((reason: unknown) => reason);
        const translated = toDatabaseError(error);
        assert.equal(translated?.code, 'DATABASE_UNAVAILABLE');
        assert.doesNotMatch(translated.message, /secret|127/);
      }
    } finally {
      await away.close();
    }
  });

  it('let no transaction hold its locks for longer than five seconds', async () => {
    const calls = createCallRepository(database.prisma);
    const { id } = await calls.create(callData());
    const frozen = Promise.withResolvers<void>();
    const holding = Promise.withResolvers<void>();
    const stuck = database.transaction(async (tx) => {
      await calls.update(id, { recordid: '3' }, tx);
      holding.resolve();
      await frozen.promise;
      await calls.update(id, { recordid: '5' }, tx);
    });
    await holding.promise;
    const { recordid } = await waitFor('the row to be free', () =>
      calls.update(id, { recordid: '4' }).catch(() => null),
    );
    assert.equal(recordid, '4');
    frozen.resolve();
    await assert.rejects(stuck, (error: unknown) => {
      return toDatabaseError(error)?.code === 'DATABASE_UNAVAILABLE';
    });
  });
});
