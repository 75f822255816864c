import assert from 'node:assert/strict';

import { assertInvariants } from '../harness/check.ts';
import type { LinkedProcess } from '../harness/cluster.ts';
import { untilCompleted, untilHit } from '../../support/conditions.ts';
import { logRowsOf, startCall, startCalls } from '../../support/calls.ts';
import type { Recording } from '../../support/recordings.ts';
import { scale } from '../harness/scale.ts';
import { defineSuite } from './suite.ts';

// A worker that is stopped, frozen or cut off loses nothing, and one that returns from the dead has
// no further effect.

// The time that an orchestrator gives a process by default before it kills it.
const ORCHESTRATOR_PATIENCE_MS = 30_000;

// The heartbeat timeout of 30 s, twice, because the server may give the second attempt to a lost
// worker as well; then the retry interval, the step itself and two busy cores.
const TAKEN_OVER_WITHIN_MS = 120_000;

/** Longer than it takes to lose the worker in the middle of a request. */
const HELD_MS = 15_000;

/** Where a call is when its worker is lost: the request, and the fault that holds it there. */
const PLACES = [
  {
    operation: 'phoneSystem.recordings.get',
    faults: [{ system: 'phoneSystem', action: { delayMs: HELD_MS } }],
  },
  { operation: 'speech.GetOperation', faults: [] },
  {
    operation: 'connectwise.contacts.list',
    faults: [{ system: 'connectwise', action: { delayMs: HELD_MS } }],
  },
  {
    operation: 'languageModel.chat.completions',
    faults: [{ system: 'languageModel', action: { delayMs: HELD_MS } }],
  },
] as const;

// Long enough to see a speech operation running and to lose its worker in the meantime.
const CLUSTER = { workers: 1, speechSeconds: 4 };

export const workersSuite = defineSuite('workers', CLUSTER, (given) => {
  const attemptRowsOf = async (callSid: string) =>
    (await logRowsOf(given(), callSid)).filter(({ attempt }) => attempt > 0);

  function newestWorker(): LinkedProcess {
    const newest = given().workers.at(-1);
    assert.ok(newest !== undefined && newest.isRunning());
    return newest;
  }

  /** Stops a worker, starts another, and asserts that the first ends within its grace period. */
  async function replace(stopped: LinkedProcess): Promise<void> {
    const begun = performance.now();
    const stopping = stopped.stop().then(({ code }) => ({ code, ms: performance.now() - begun }));
    await given().startWorker();
    const { code, ms } = await stopping;
    assert.equal(code, 0, stopped.output());
    assert.ok(ms < ORCHESTRATOR_PATIENCE_MS, `it took ${ms} ms`);
  }

  const underLoad = {
    'row 2: a worker stopped under load finishes what it has begun, and exits with 0': async () => {
      const cluster = given();
      const calls = await startCalls(cluster, 8);
      await Promise.all(
        calls.map(({ callSid }) => untilHit(cluster, callSid, 'speech.GetOperation')),
      );
      await replace(newestWorker());
      for (const { callSid } of calls) {
        await untilCompleted(cluster, callSid);
        assert.deepEqual(await attemptRowsOf(callSid), [], 'no attempt failed or was interrupted');
      }
      await assertInvariants(cluster);
    },
  };

  const beyondGrace = {
    'row 2: work that exceeds the grace period is interrupted, logged, and done by another worker':
      async () => {
        const cluster = given();
        const { callSid } = await startCall(cluster, {
          faults: [{ system: 'languageModel', action: { delayMs: 60_000 } }],
        });
        await untilHit(cluster, callSid, 'languageModel.chat.completions');
        await replace(newestWorker());
        await untilCompleted(cluster, callSid);
        const noted = await attemptRowsOf(callSid);
        assert.deepEqual(
          noted.map(({ event, status, code }) => [event, status, code]),
          [['ANALYSIS_FAILED', 'LOG_INFO', null]],
        );
        await assertInvariants(cluster);
      },
  };

  const zombies = {
    'rows 26 and 27: workers frozen or cut off from Temporal are replaced, and have no effect when they return':
      async () => {
        const cluster = given();
        const frozen = newestWorker();
        const cutOff = scale.isFull ? await cluster.startWorker() : null;
        // Two of each, so that both workers have some.
        const calls = await Promise.all(
          [...PLACES, ...PLACES].map(async ({ faults, operation }) => {
            const call = await startCall(cluster, { faults });
            await untilHit(cluster, call.callSid, operation);
            return call;
          }),
        );
        frozen.freeze();
        // The server gives work to a silent connection for another minute; only the full variant waits for that.
        if (!scale.isFull) frozen.links.temporal.cut();
        cutOff?.links.temporal.blackHole();
        await cluster.startWorker();
        for (const { callSid } of calls) {
          await untilCompleted(cluster, callSid, TAKEN_OVER_WITHIN_MS);
        }

        const before = await rowsOf(calls);
        frozen.thaw();
        cutOff?.links.temporal.heal();
        for (const worker of cutOff === null ? [frozen] : [frozen, cutOff]) {
          // It exits when everything that it still considers its work has ended.
          const { code } = await worker.stop();
          assert.equal(code, 0, worker.output());
        }
        assert.deepEqual(await rowsOf(calls), before);
        await assertInvariants(cluster);
        for (const { callSid } of calls) {
          const hits = await cluster.sandbox.hitsOf(callSid);
          assert.equal(hits['speech.BatchRecognize'], 1, callSid);
        }
      },
  };

  /** What a zombie could damage: every row of these calls except the log rows of failed attempts. */
  async function rowsOf(calls: readonly Recording[]) {
    const { prisma } = given().database;
    const where = { callSid: { in: calls.map(({ callSid }) => callSid) } };
    return {
      calls: await prisma.call.findMany({
        where,
        include: { transcript: true, analyses: true },
        orderBy: { id: 'asc' },
      }),
      logs: await prisma.processingLog.findMany({
        where: { call: where, attempt: 0 },
        orderBy: { id: 'asc' },
      }),
    };
  }

  return [underLoad, ...(scale.isFull ? [beyondGrace] : []), zombies];
});
