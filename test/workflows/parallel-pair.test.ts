// Guarantees that a run whose window has expired in one parallel branch closes with that reason, and neither waits for what the other branch would do next nor leaves it at work.
import assert from 'node:assert/strict';

import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';

import { waitFor } from '../support/wait-for.ts';
import { fail, type Behaviour } from './scripted-activities.ts';
import {
  attributesOf,
  inputsOf,
  namesOf,
  startWorkflowTest,
  untilParked,
  type WorkflowTest,
} from './workflow-test.ts';

const ORDERS = [
  ['matchCompany', 'transcribeRecording'],
  ['transcribeRecording', 'matchCompany'],
] as const;

/** Long enough that a run which waits for it is told from one that does not. */
const NEXT_ATTEMPT = '10 seconds';

const failForNow: Behaviour = () => {
  throw ApplicationFailure.create({ message: 'It failed.', nextRetryDelay: NEXT_ATTEMPT });
};

describe('the parallel branches of a call', () => {
  let test: WorkflowTest;

  before(async () => {
    test = await startWorkflowTest();
  });
  after(() => test.stop());

  const assertExpired = (handle: WorkflowHandle) =>
    assert.rejects(handle.result(), (error: Error) => {
      return (error.cause as { type?: string }).type === 'REPROCESS_WINDOW_EXPIRED';
    });

  async function hasEvent(
    handle: WorkflowHandle,
    attributes: 'activityTaskCancelRequestedEventAttributes' | 'timerCanceledEventAttributes',
  ): Promise<boolean> {
    const { events } = await handle.fetchHistory();
    return (events ?? []).some((event) => Boolean(event[attributes]));
  }

  for (const [expires, other] of ORDERS) {
    it(`end together: when ${expires} expires, ${other} is not attempted again`, async () => {
      const { handle, script } = await test.start((prepared) => {
        prepared.next[expires] = [fail('INTERNAL_ERROR')];
        prepared.next[other] = [failForNow];
        prepared.windowMs = 500;
      });
      await assertExpired(handle);
      assert.equal(inputsOf(script, other).length, 1);
      const { FailedStep } = await attributesOf(handle);
      assert.equal(FailedStep, expires);
    });

    it(`end together: when ${expires} expires, ${other} is told to end, and its end is awaited`, async () => {
      const release = Promise.withResolvers<void>();
      const { handle, script } = await test.start((prepared) => {
        prepared.next[expires] = [fail('INTERNAL_ERROR')];
        prepared.next[other] = [() => release.promise];
        prepared.windowMs = 500;
      });
      await waitFor(`${other} to be told`, () =>
        hasEvent(handle, 'activityTaskCancelRequestedEventAttributes'),
      );
      const { status } = await handle.describe();
      assert.equal(status.name, 'RUNNING');
      release.resolve();
      await assertExpired(handle);
      assert.ok(!namesOf(script).includes('analyzeTranscript'));
    });

    it(`end together: when ${expires} expires, ${other}, parked later, does not wait for a window of its own`, async () => {
      const release = Promise.withResolvers<void>();
      const { handle } = await test.start((prepared) => {
        prepared.next[expires] = [fail('INTERNAL_ERROR')];
        prepared.next[other] = [
          async () => {
            await release.promise;
            await fail('INTERNAL_ERROR')();
          },
        ];
        // Time enough to park the other branch meanwhile.
        prepared.windowMs = 3_000;
      });
      await untilParked(handle, expires);
      release.resolve();
      await untilParked(handle, expires, other);
      await assertExpired(handle);
      assert.ok(await hasEvent(handle, 'timerCanceledEventAttributes'));
      const { FailedStep } = await attributesOf(handle);
      assert.equal(FailedStep, expires);
    });
  }
});
