// A step that waits for hours until its turn comes, or a place is free, under our own limits is not given up.
import assert from 'node:assert/strict';

import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';

import { WORKFLOW_TYPE } from '../../src/domain/names.ts';
import type { CallProcessingWorkflow } from '../../src/workflows/index.ts';
import { startTimeSkipping } from '../support/temporal.ts';
import { workflowBundle } from '../support/workflow-bundle.ts';
import { createScriptedActivities } from './scripted-activities.ts';

describe('a step in a queue of ours', () => {
  let environment: TestWorkflowEnvironment;

  before(async () => {
    environment = await startTimeSkipping();
  });
  after(() => environment.teardown());

  for (const [activity, code, times] of [
    ['matchCompany', 'CONNECTWISE_QUEUED', 20],
    ['transcribeRecording', 'SPEECH_QUEUED', 150],
    ['analyzeTranscript', 'MODEL_QUEUED', 150],
  ] as const) {
    it(`may come back every hour ${times} times: ${activity}`, async () => {
      const { activities, scriptOf } = createScriptedActivities();
      const taskQueue = `queued-${activity}`;
      const callSid = `${taskQueue}-1`;
      const notYet = () => {
        throw ApplicationFailure.create({
          type: code,
          message: 'The step waits.',
          nextRetryDelay: '1 hour',
          category: ApplicationFailureCategory.BENIGN,
        });
      };
      scriptOf(callSid).next[activity] = Array.from({ length: times }, () => notYet);
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
      assert.ok(tookHours > times - 1 && tookHours < times + 4, `${tookHours} h`);
      const asked = scriptOf(callSid).asked.map((each) => each.activity);
      assert.equal(asked.filter((each) => each === activity).length, times + 1);
      assert.ok(!asked.includes('recordFailure'));
    });
  }
});
