// Guarantees that what happy steps write in one statement is what Prisma would write, and is written only to a call that is as they expect it.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { Prisma, type Call } from '../../src/generated/prisma/client.ts';
import type { CallColumns, CallNote } from '../../src/repositories/call-writes.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';
import { repositoriesOf } from '../support/repositories.ts';

const ARCHIVED = { result: 'recordingUrl', madeBy: 'archiveRunId' } as const;

describe('what a step writes in one statement', () => {
  let testDatabase: TestDatabase;
  let database: Database;
  let repositories: ReturnType<typeof repositoriesOf>;

  before(async () => {
    testDatabase = await createTestDatabase();
    database = createDatabase({ url: testDatabase.url, poolSize: 5 });
    repositories = repositoriesOf(database);
  });
  after(async () => {
    await database?.close();
    await testDatabase?.drop();
  });

  const opening = () => ({
    callSid: randomUUID(),
    callStatus: 'PROCESSING' as const,
    recordgroup: '1',
    recordid: '2',
    runId: randomUUID(),
    transition: 10n,
  });

  async function newCall(): Promise<Call> {
    const row = opening();
    assert.equal(await repositories.callWrites.open(row, []), true);
    const call = await repositories.calls.findByCallSid(row.callSid);
    assert.ok(call);
    return call;
  }

  const noteOf = (event: CallNote['event'], runId: string): CallNote => ({
    event,
    message: `${event}.`,
    status: 'LOG_INFO',
    step: 'archiveRecording',
    attempt: 0,
    runId,
    activityId: '2',
  });
  const eventsOf = async (callId: string) =>
    (await repositories.log.listByCall(callId)).map(({ event }) => event);
  const current = async ({ callSid }: Call) => {
    const call = await repositories.calls.findByCallSid(callSid);
    assert.ok(call);
    return call;
  };

  it('has the values and types that Prisma writes', async () => {
    const columns = {
      recordingUrl: 'gs://bucket/a "quoted" name.wav',
      recordingGeneration: '9007199254740993',
      sizeBytes: 9_007_199_254_740_993n,
      recordingSeconds: 12.3456,
      heardSeconds: new Prisma.Decimal('123456789.987'),
      recordedAt: new Date('2026-02-03T04:05:06.789Z'),
      audioChannels: 2,
      // An emoji, and half of one.
      snumber: '\u{1F600} \uD83D',
      cnumber: null,
      direction: 'inbound',
      companyCandidates: Prisma.DbNull,
      heard: { channels: [{ soundSeconds: 0.1 }], talk: null, text: "It's" },
    } as const;
    const [ours, prismas] = [await newCall(), await newCall()];
    await repositories.callWrites.storeResult(ours, ARCHIVED, { columns, notes: [] });
    await repositories.calls.update(prismas.id, columns);
    const written = ({ callSid: _sid, id: _id, runId: _run, ...others }: Call) => {
      const { startTime: _start, createdAt: _created, updatedAt: _updated, ...same } = others;
      return same;
    };
    assert.deepEqual(written(await current(ours)), written(await current(prismas)));
    assert.ok((await current(ours)).updatedAt > ours.updatedAt);
  });

  it('is read under a lock with the values and types that Prisma reads', async () => {
    const call = await newCall();
    await repositories.calls.update(call.id, {
      sizeBytes: 5n,
      recordingSeconds: 1.5,
      heard: { notHeard: 'EMPTY' },
      direction: 'outbound',
      recordedAt: new Date(),
    });
    const locked = await database.transaction((tx) => repositories.calls.lock(call.id, tx));
    assert.deepEqual(locked, await current(call));
  });

  it('is a call that is opened once, with its log, and begins by the time of the database', async () => {
    const { callWrites } = repositories;
    const row = opening();
    const note = noteOf('JOB_STARTED', row.runId);
    const before = await database.currentTime();
    const opened = await Promise.all(
      Array.from({ length: 20 }, () => callWrites.open(row, [note])),
    );
    assert.equal(opened.filter((isNew) => isNew).length, 1);
    const call = await repositories.calls.findByCallSid(row.callSid);
    assert.ok(call !== null && call.startTime >= before);
    assert.ok(call.startTime <= (await database.currentTime()));
    assert.deepEqual(await eventsOf(call.id), ['JOB_STARTED']);
  });

  it('is stored once by a run, and not at all when another run has opened the call', async () => {
    const { callWrites, calls } = repositories;
    const call = await newCall();
    const store = (runId: string, recordingUrl: string) =>
      callWrites.storeResult({ id: call.id, runId }, ARCHIVED, {
        columns: { recordingUrl, archiveRunId: runId },
        notes: [noteOf('FETCH_SUCCESS', runId), noteOf('UPLOAD_SUCCESS', runId)],
      });
    assert.equal(await store('other', 'gs://b/other'), false);
    assert.deepEqual(await eventsOf(call.id), []);
    const stored = await Promise.all(
      [1, 2, 3, 4].map((each) => store(call.runId, `gs://b/${each}`)),
    );
    assert.equal(stored.filter((isStored) => isStored).length, 1);
    assert.deepEqual(await eventsOf(call.id), ['FETCH_SUCCESS', 'UPLOAD_SUCCESS']);

    // A redo in another run replaces it, once.
    await calls.update(call.id, { runId: 'redo' });
    assert.equal(await store('redo', 'gs://b/redo'), true);
    assert.equal(await store('redo', 'gs://b/again'), false);
    assert.equal((await current(call)).recordingUrl, 'gs://b/redo');
  });

  it('can complete a call once, and not after a later change', async () => {
    const { callWrites, calls } = repositories;
    const call = await newCall();
    const startTime = new Date(Date.now() - 90_400);
    await calls.update(call.id, { startTime });
    const completed = { callStatus: 'COMPLETED', outcome: 'NO_SPEECH' } as const;
    const complete = (transition: bigint, columns: CallColumns = completed) => {
      const notes = [noteOf('JOB_COMPLETED', call.runId)];
      return callWrites.complete(call.id, { columns, notes, transition });
    };
    assert.equal(await complete(9n), false);
    assert.deepEqual(await eventsOf(call.id), []);
    assert.equal(await complete(20n), true);
    assert.equal(await complete(20n, { outcome: 'ANALYZED' }), false);
    assert.equal(await complete(19n, { outcome: 'ANALYZED' }), false);
    const { callStatus, outcome, endTime, duration, transition } = await current(call);
    assert.deepEqual([callStatus, outcome, transition], ['COMPLETED', 'NO_SPEECH', 20n]);
    assert.ok(endTime !== null && Math.abs(endTime.getTime() - Date.now()) < 60_000);
    assert.equal(duration, Math.round((endTime.getTime() - startTime.getTime()) / 1_000));
    assert.deepEqual(await eventsOf(call.id), ['JOB_COMPLETED']);
  });

  it('is an operation that is noted once, and named only by a call that waits for one', async () => {
    const { callWrites, calls, speechOperations, transcripts } = repositories;
    const call = await newCall();
    const { id: callId, runId } = call;
    await calls.update(callId, { speechSubmissionId: 'submission' });
    const key = { callId, name: 'operations/1', runId, activityId: '3' };
    const count = () => speechOperations.countOf(key);
    assert.equal(await callWrites.keepOperation('another', key), false);
    assert.equal(await callWrites.keepOperation('submission', { ...key, runId: 'other' }), false);
    assert.equal(await count(), 0);

    // It was given up, and turns out to exist.
    await speechOperations.note(key, 10);
    assert.equal(await callWrites.keepOperation('submission', key), true);
    assert.deepEqual(await speechOperations.inVainOf(callId), { seconds: 0, isAny: false });
    assert.equal(
      await callWrites.keepOperation('submission', { ...key, name: 'operations/2' }),
      false,
    );
    assert.deepEqual([await count(), (await current(call)).speechOperation], [1, key.name]);

    await calls.update(callId, { speechOperation: null });
    const text = { text: '', segments: [], model: 'm', sha256: 's' };
    await transcripts.save({ ...text, callId, runId, submissionId: 'submission' });
    assert.equal(await callWrites.keepOperation('submission', key), false);
  });
});
