// A lookup that waits for its turn under our own limit has not failed, keeps its place from attempt to attempt,
// and has two hours from its first turn on.
import assert from 'node:assert/strict';

import { ApplicationFailure } from '@temporalio/common';

import { ServiceError } from '../../src/domain/service-error.ts';
import { startStepRig, type StepRig } from '../support/step-rig.ts';

const HOUR_MS = 60 * 60 * 1000;

describe('the turn of a company lookup', () => {
  let rig: StepRig;

  before(async () => {
    rig = await startStepRig();
  });
  beforeEach(() => rig.sandbox.clearFaults());
  after(() => rig.stop());

  async function newLookup() {
    const call = await rig.newCall();
    await call.upTo('matchCompany');
    const { prisma } = rig.deps.database;
    return {
      ...call,
      /** Writes what earlier attempts left behind. */
      leave: async (turn: { place: number | null; firstTurnAt: number | null }, of?: string) => {
        const { runId } = (await call.rows()).call;
        const lookupTurn = { activity: of ?? `${runId}/4`, ...turn };
        await prisma.call.update({ where: { callSid: call.callSid }, data: { lookupTurn } });
      },
      failure: async (attempt: number) => {
        const [result] = await Promise.allSettled([call.attempt('matchCompany', attempt)]);
        assert.ok(result.status === 'rejected', 'the attempt must fail');
        assert.ok(result.reason instanceof ApplicationFailure, String(result.reason));
        return result.reason;
      },
      lookupEvents: async () =>
        (await call.rows()).logs
          .filter(({ step }) => step === 'matchCompany')
          .map(({ event }) => event),
    };
  }

  it('is awaited without a note of failure, and its place is kept', async () => {
    const lookup = await newLookup();
    const { prisma } = rig.deps.database;
    // As if many others had come before.
    const inAMinute = new Date(Date.now() + 60_000);
    const queue = { endsAt: inAMinute, freeAt: new Date(), walkAt: new Date() };
    await prisma.requestQueue.upsert({
      where: { name: 'connectwise' },
      create: { name: 'connectwise', ...queue },
      update: queue,
    });
    try {
      const failure = await lookup.failure(1);
      assert.equal(failure.type, 'CONNECTWISE_QUEUED');
      assert.equal(failure.category, 'BENIGN');
      assert.notEqual(failure.nonRetryable, true);
      const delayMs = Number(failure.nextRetryDelay);
      assert.ok(delayMs > 50_000 && delayMs <= 60_000, `${delayMs}`);
      assert.deepEqual(await lookup.lookupEvents(), []);
      assert.equal((await lookup.hits())['connectwise.contacts.list'], undefined);

      const { lookupTurn } = (await lookup.rows()).call;
      assert.ok(lookupTurn !== null);

      // It comes back too early: the place is the same, not one behind those who came meanwhile.
      await prisma.requestQueue.update({
        where: { name: 'connectwise' },
        data: { endsAt: new Date(Date.now() + 120_000) },
      });
      const again = await lookup.failure(2);
      assert.ok(Number(again.nextRetryDelay) <= delayMs);
      assert.deepEqual((await lookup.rows()).call.lookupTurn, lookupTurn);
    } finally {
      await prisma.requestQueue.delete({ where: { name: 'connectwise' } });
    }
    await lookup.leave({ place: Date.now() - 1_000, firstTurnAt: null });
    await prisma.requestQueue.create({ data: { name: 'connectwise', ...queue } });
    try {
      // Its turn has come, although there are others behind it.
      await lookup.attempt('matchCompany', 3);
      assert.deepEqual(await lookup.lookupEvents(), ['COMPANY_IDENTIFIED']);
    } finally {
      await prisma.requestQueue.delete({ where: { name: 'connectwise' } });
    }
  });

  const failing = { system: 'connectwise', times: 3, action: { status: 503 } } as const;

  it('counts two hours from the first turn: then a failure is final', async () => {
    const lookup = await newLookup();
    await rig.sandbox.fault(failing);
    const first = await lookup.failure(1);
    assert.equal(first.type, 'CONNECTWISE_UNAVAILABLE');
    assert.notEqual(first.nonRetryable, true);
    const { lookupTurn } = (await lookup.rows()).call;
    assert.ok(typeof lookupTurn === 'object' && lookupTurn !== null && 'firstTurnAt' in lookupTurn);
    assert.ok(Date.now() - Number(lookupTurn['firstTurnAt']) < 30_000);

    await lookup.leave({ place: null, firstTurnAt: Date.now() - 2 * HOUR_MS + 60_000 });
    assert.notEqual((await lookup.failure(2)).nonRetryable, true);
    await lookup.leave({ place: null, firstTurnAt: Date.now() - 2 * HOUR_MS });
    const last = await lookup.failure(3);
    assert.equal(last.type, 'CONNECTWISE_UNAVAILABLE');
    assert.equal(last.nonRetryable, true);
    assert.deepEqual(await lookup.lookupEvents(), [
      'COMPANY_LOOKUP_FAILED',
      'COMPANY_LOOKUP_FAILED',
      'COMPANY_LOOKUP_FAILED',
    ]);
  });

  it('does not count what another run, or the step before a reprocess, has waited and tried', async () => {
    const lookup = await newLookup();
    await lookup.leave({ place: null, firstTurnAt: Date.now() - 5 * HOUR_MS }, 'another run/4');
    await rig.sandbox.fault(failing);
    assert.notEqual((await lookup.failure(1)).nonRetryable, true);
  });

  it('is not noted by an attempt that fails after a faster one has stored its answer', async () => {
    const lookup = await newLookup();
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<never>();
    const connectwise = {
      ...rig.deps.connectwise,
      findByPhone: () => {
        asked.resolve();
        return answer.promise;
      },
    };
    const slow = lookup.attempt('matchCompany', 1, { connectwise });
    await asked.promise;
    await lookup.attempt('matchCompany', 2);
    answer.reject(new ServiceError('CONNECTWISE_UNAVAILABLE', 'It came too late.'));
    await assert.rejects(slow);
    assert.equal((await lookup.rows()).call.lookupTurn, null);
  });
});
