// A lookup that waits for hours until its turn comes under our own limit is not given up.
import assert from 'node:assert/strict';

import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';

import { WORKFLOW_TYPE } from '../../src/domain/names.ts';
import type { CallProcessingWorkflow } from '../../src/workflows/index.ts';
import { startTimeSkipping } from '../support/temporal.ts';
import { workflowBundle } from '../support/workflow-bundle.ts';
import { createScriptedActivities } from './scripted-activities.ts';

describe('a lookup in the queue', () => {
  let environment: TestWorkflowEnvironment;

  before(async () => {
    environment = await startTimeSkipping();
  });
  after(() => environment.teardown());

  it('may come back every hour for most of a day', async () => {
    const { activities, scriptOf } = createScriptedActivities();
    const taskQueue = 'queued-lookup';
    const callSid = 'queued-lookup-1';
    const notYet = () => {
      throw ApplicationFailure.create({
        type: 'CONNECTWISE_QUEUED',
        message: 'The lookup waits for its turn.',
        nextRetryDelay: '1 hour',
        category: ApplicationFailureCategory.BENIGN,
      });
    };
    scriptOf(callSid).next.matchCompany = Array.from({ length: 20 }, () => notYet);
    const worker = await Worker.create({
      connection: environment.nativeConnection,
      taskQueue,
      workflowBundle: { codePath: await workflowBundle() },
      activities,
    });
    const { workflow } = environment.client;
    await worker.runUntil(
      workflow.execute<typeof CallProcessingWorkflow>(WORKFLOW_TYPE, {
        workflowId: callSid,
        taskQueue,
        args: [{ callSid, recordgroup: '1', recordid: '2' }],
      }),
    );
    const { startTime, closeTime } = await workflow.getHandle(callSid).describe();
    const tookHours = (Number(closeTime) - Number(startTime)) / 3_600_000;
    assert.ok(tookHours > 19 && tookHours < 24, `${tookHours} h`);
    const asked = scriptOf(callSid).asked.map(({ activity }) => activity);
    assert.equal(asked.filter((activity) => activity === 'matchCompany').length, 21);
    assert.ok(!asked.includes('recordFailure'));
  });
});
