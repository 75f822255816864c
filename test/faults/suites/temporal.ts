import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import { assertInvariants } from '../harness/check.ts';
import { untilCompleted, untilHit } from '../../support/conditions.ts';
import { startCalls, submitOnce, submit } from '../../support/calls.ts';
import { during } from '../harness/outage.ts';
import { scale } from '../harness/scale.ts';
import { defineSuite } from './suite.ts';

// Whatever happens to Temporal, clients get correct answers, and every accepted call is processed once.

// The gateway's deadline for Temporal is 5 s, and three suites share two cores.
const ANSWERED_WITHIN_MS = 8_000;

// A killed server is back in seconds; its runs resume when their tasks have timed out.
const RECOVERED_WITHIN_MS = 90_000;

export const temporalSuite = defineSuite('Temporal', { workers: 2 }, (given) => [
  {
    'row 3: calls survive the server being killed mid-run and restarted on its file': async () => {
      const cluster = given();
      const calls = await startCalls(cluster, 8);
      await Promise.race(
        calls.map(({ callSid }) => untilHit(cluster, callSid, 'speech.GetOperation')),
      );
      const late = await cluster.addRecording();
      const killed = { begin: cluster.temporal.kill, end: cluster.temporal.start };
      await during(killed, async () => {
        const refused = await submitOnce(cluster, late);
        assert.equal(refused?.status, 503);
        assert.match(refused.headers.get('retry-after') ?? '', /^\d+$/);
        assert.equal((await cluster.request('GET', '/healthz')).status, 200);
      });
      assert.equal((await submit(cluster, late)).status, 202);
      for (const { callSid } of [...calls, late]) {
        await untilCompleted(cluster, callSid, RECOVERED_WITHIN_MS);
      }
      await assertInvariants(cluster);
      assert.ok(
        cluster.workers.every((worker) => worker.isRunning()),
        'the workers recovered by themselves',
      );
    },
  },
  {
    'row 4: a start is answered in time while the server is frozen, and its retry finds the same run':
      async () => {
        const cluster = given();
        const calls = await startCalls(cluster, 4);
        const late = await cluster.addRecording();
        const frozen = { begin: cluster.temporal.freeze, end: cluster.temporal.thaw };
        await during(frozen, async () => {
          const begun = performance.now();
          const refused = await submitOnce(cluster, late);
          assert.equal(refused?.status, 503);
          assert.ok(performance.now() - begun <= ANSWERED_WITHIN_MS);
          await sleep(scale.frozenMs);
        });
        // Only Temporal knows whether the unanswered start took effect; either way there is one run.
        const repeated = await submit(cluster, late);
        assert.ok(repeated.status === 202 || repeated.status === 200, String(repeated.status));
        for (const { callSid } of [...calls, late]) {
          await untilCompleted(cluster, callSid, RECOVERED_WITHIN_MS);
        }
        await assertInvariants(cluster);
      },
  },
  {
    'row 4: calls survive connections to the server that are cut, refused and slow': async () => {
      const cluster = given();
      const links = [cluster.gateway(), ...cluster.workers].map(
        (process) => process.links.temporal,
      );
      const calls = await startCalls(cluster, 6);
      for (const link of links) link.cut();
      calls.push(...(await startCalls(cluster, 2)));
      const late = await cluster.addRecording();
      const heal = () => links.forEach((link) => link.heal());
      const refused = { begin: () => links.forEach((link) => link.refuse()), end: heal };
      await during(refused, async () => {
        assert.equal((await submitOnce(cluster, late))?.status, 503);
      });
      // A tenth of a second each way, as on a connection across the ocean.
      const slow = { begin: () => links.forEach((link) => link.delay(100)), end: heal };
      await during(slow, async () => {
        // Those that were answered with 503 are retried, as a client would.
        for (const call of [...calls, late]) await submit(cluster, call);
        for (const { callSid } of [...calls, late]) {
          await untilCompleted(cluster, callSid, RECOVERED_WITHIN_MS);
        }
      });
      await assertInvariants(cluster);
    },
  },
  {
    'row 18: 1,000 concurrent starts of one callSid create one run and one row': async () => {
      const cluster = given();
      const recording = await cluster.addRecording();
      // Under load some starts may get a 503; eventually each of them gets an answer.
      const starts = Array.from({ length: 1_000 }, () => submit(cluster, recording));
      const statuses = (await Promise.all(starts)).map(({ status }) => status);
      assert.equal(statuses.filter((status) => status === 202).length, 1);
      assert.equal(statuses.filter((status) => status === 200).length, 999);
      await untilCompleted(cluster, recording.callSid);

      const again = await submitOnce(cluster, recording);
      assert.deepEqual([again?.status, again?.body['status']], [200, 'COMPLETED']);
      const other = await submitOnce(cluster, { ...recording, recordgroup: '101' });
      assert.equal(other?.status, 409);
      await assertInvariants(cluster);
      const { prisma } = cluster.database;
      assert.equal(await prisma.call.count({ where: { callSid: recording.callSid } }), 1);
    },
  },
  {
    'a refused request leaves no row and no run': async () => {
      const cluster = given();
      const recording = await cluster.addRecording();
      for (const recordgroup of ['../1', '']) {
        assert.equal((await submitOnce(cluster, { ...recording, recordgroup }))?.status, 400);
      }
      await assertInvariants(cluster);
    },
  },
]);
