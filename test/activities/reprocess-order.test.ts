// Guarantees that a call's row shows its true state, in whatever order failures and reprocesses are written.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { MockActivityEnvironment } from '@temporalio/testing';
import { Registry } from 'prom-client';

import { createRecordFailure } from '../../src/activities/steps/record-failure.ts';
import { createRecordReprocess } from '../../src/activities/steps/record-reprocess.ts';
import { createTally } from '../../src/activities/tally.ts';
import { releaseTransitionOf, transitionOf } from '../../src/activities/step/transition.ts';
import type { Step } from '../../src/domain/names.ts';
import { createDatabase, type Database } from '../../src/repositories/database.ts';
import { repositoriesOf } from '../support/repositories.ts';
import { createTestDatabase, type TestDatabase } from '../support/postgres.ts';

/** When the signal arrived, in Unix milliseconds. */
const SIGNALLED = 1_735_700_000_000;

describe('a reprocess that is recorded late', () => {
  let testDatabase: TestDatabase;
  let database: Database;

  before(async () => {
    testDatabase = await createTestDatabase();
    database = createDatabase({ url: testDatabase.url, poolSize: 2 });
  });
  after(async () => {
    await database?.close();
    await testDatabase?.drop();
  });

  it('is not undone by an earlier failure that is written even later', async () => {
    const call = await parkedCall();
    await call.reprocess('matchCompany', SIGNALLED + 5_000, { releasedAtMs: SIGNALLED });
    await call.fail('matchCompany', SIGNALLED - 1_000);
    assert.deepEqual(await call.state(), ['PROCESSING', null]);
  });

  it('does not hide a failure that came after it', async () => {
    const call = await parkedCall();
    await call.fail('matchCompany', SIGNALLED - 1_000);
    await call.fail('transcribeRecording', SIGNALLED + 1_000);
    await call.reprocess('matchCompany', SIGNALLED + 5_000, { releasedAtMs: SIGNALLED });
    assert.deepEqual(await call.state(), ['FAILED', 'transcribeRecording']);
  });

  it('counts from when its activity was scheduled if an older workflow does not state the time of release', async () => {
    const call = await parkedCall();
    await call.fail('matchCompany', SIGNALLED - 1_000);
    await call.reprocess('matchCompany', SIGNALLED, {});
    assert.deepEqual(await call.state(), ['PROCESSING', null]);
  });

  it('is ordered after everything scheduled in the same millisecond, and before the next one', () => {
    const released = releaseTransitionOf(SIGNALLED);
    const at = (scheduledTimestampMs: number, activityId: string) =>
      transitionOf({ scheduledTimestampMs, activityId });
    assert.ok(at(SIGNALLED, '42') < released && released < at(SIGNALLED + 1, '1'));
  });

  /** A call whose run has parked a step that is not recorded in the database yet. */
  async function parkedCall() {
    const deps = { ...repositoriesOf(database), tally: createTally(new Registry()) };
    const { calls } = deps;
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
      reprocess: (step: Step, scheduledMs: number, release: { readonly releasedAtMs?: number }) =>
        environment(scheduledMs).run(createRecordReprocess(deps), {
          callSid: key.callSid,
          step,
          reason: null,
          ...release,
        }),
      async state() {
        const call = await calls.findByCallSid(key.callSid);
        return [call?.callStatus, call?.failedStep];
      },
    };
  }
});
