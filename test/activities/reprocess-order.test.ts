// Guarantees that a row tells where a call stands, in whatever order its failures and reprocesses are written.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { MockActivityEnvironment } from '@temporalio/testing';

import { createRecordFailure } from '../../src/activities/steps/record-failure.ts';
import { createRecordReprocess } from '../../src/activities/steps/record-reprocess.ts';
import { releaseTransitionOf, transitionOf } from '../../src/activities/step/transition.ts';
import type { Step } from '../../src/domain/names.ts';
import { createCallRepository } from '../../src/repositories/call-repository.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { createProcessingLogRepository } from '../../src/repositories/processing-log-repository.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

/** When the signal came, in unix milliseconds. */
const SIGNALLED = 1_735_700_000_000;

describe('a reprocess that is told to the database late', () => {
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

  it('is not undone by a failure from before it that is written even later', async () => {
    const call = await parkedCall();
    await call.reprocess('matchCompany', SIGNALLED + 5_000, { releasedAtMs: SIGNALLED });
    await call.fail('matchCompany', SIGNALLED - 1_000);
    assert.deepEqual(await call.standing(), ['PROCESSING', null]);
  });

  it('does not hide what failed after it', async () => {
    const call = await parkedCall();
    await call.fail('matchCompany', SIGNALLED - 1_000);
    await call.fail('transcribeRecording', SIGNALLED + 1_000);
    await call.reprocess('matchCompany', SIGNALLED + 5_000, { releasedAtMs: SIGNALLED });
    assert.deepEqual(await call.standing(), ['FAILED', 'transcribeRecording']);
  });

  it('counts from when it was asked for where an older workflow does not say when that was', async () => {
    const call = await parkedCall();
    await call.fail('matchCompany', SIGNALLED - 1_000);
    await call.reprocess('matchCompany', SIGNALLED, {});
    assert.deepEqual(await call.standing(), ['PROCESSING', null]);
  });

  it('stands behind what was scheduled in the same millisecond, and before the next one', () => {
    const released = releaseTransitionOf(SIGNALLED);
    const at = (scheduledTimestampMs: number, activityId: string) =>
      transitionOf({ scheduledTimestampMs, activityId });
    assert.ok(at(SIGNALLED, '42') < released && released < at(SIGNALLED + 1, '1'));
  });

  /** A call whose run has parked a step, of which the database has not been told yet. */
  async function parkedCall() {
    const calls = createCallRepository(database.prisma);
    const deps = { database, calls, log: createProcessingLogRepository(database.prisma) };
    const key = { callSid: randomUUID(), recordgroup: '1', recordid: '2' };
    const runId = randomUUID();
    await calls.create({
      ...key,
      callStatus: 'PROCESSING',
      startTime: new Date(SIGNALLED),
      runId,
      transition: transitionOf({ scheduledTimestampMs: SIGNALLED - 2_000, activityId: '1' }),
    });
    let activities = 1;
    const environment = (scheduledTimestampMs: number) => {
      activities += 1;
      const workflowExecution = { workflowId: key.callSid, runId };
      const activityId = String(activities);
      return new MockActivityEnvironment({ activityId, scheduledTimestampMs, workflowExecution });
    };
    return {
      fail: (step: Step, scheduledMs: number) =>
        environment(scheduledMs).run(createRecordFailure(deps), {
          ...key,
          step,
          code: 'CONNECTWISE_CREDENTIALS_REFUSED' as const,
          message: 'It failed.',
          expired: false,
        }),
      reprocess: (step: Step, scheduledMs: number, said: { readonly releasedAtMs?: number }) =>
        environment(scheduledMs).run(createRecordReprocess(deps), {
          callSid: key.callSid,
          step,
          reason: null,
          ...said,
        }),
      async standing() {
        const call = await calls.findByCallSid(key.callSid);
        return [call?.callStatus, call?.failedStep];
      },
    };
  }
});
