// Guarantees which failed attempts leave a row in the processing log, and that the call's row tells of every one of them.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

import type { ErrorCode } from '../../src/domain/error-codes.ts';
import { ServiceError } from '../../src/domain/service-error.ts';
import { startStepRig, type StepRig } from '../support/step-rig.ts';

type Call = Awaited<ReturnType<StepRig['newCall']>>;

describe('a step that keeps failing', () => {
  let rig: StepRig;

  before(async () => {
    rig = await startStepRig();
  });
  after(() => rig.stop());

  const callBefore = async (step: 'matchCompany' | 'analyzeTranscript') => {
    const call = await rig.newCall();
    await call.upTo(step);
    return call;
  };

  async function failLookup(call: Call, number: number, code: ErrorCode): Promise<void> {
    const connectwise = { ...rig.deps.connectwise, findByPhone: () => fail(code) };
    await assert.rejects(Promise.resolve(call.attempt('matchCompany', number, { connectwise })));
  }

  const notedOf = async (call: Call) => {
    const { logs } = await call.rows();
    return logs.filter(({ code }) => code !== null);
  };

  it('has a row for the 1st to 5th of equal failures in a row, then for the 8th, 16th and 32nd, each with its number', async () => {
    const call = await callBefore('matchCompany');
    for (let number = 1; number <= 33; number += 1) {
      await failLookup(call, number, 'CONNECTWISE_UNAVAILABLE');
    }
    const noted = await notedOf(call);
    assert.deepEqual(
      noted.map(({ attempt }) => attempt),
      [1, 2, 3, 4, 5, 8, 16, 32],
    );
    assert.match(noted[0]?.message ?? '', /^Attempt 1 failed\. /);
    assert.match(
      noted[6]?.message ?? '',
      /^Attempt 16 failed, number 16 in a row with the same code\. /,
    );

    const { call: row } = await call.rows();
    assert.equal(row.waitingAttempt, 33, 'the row of the call is current');
    assert.deepEqual(row.waitingSince, noted[0]?.createdAt);
  });

  it('begins to count again when it fails in another way', async () => {
    const call = await callBefore('matchCompany');
    for (let number = 1; number <= 7; number += 1) {
      await failLookup(call, number, 'CONNECTWISE_UNAVAILABLE');
    }
    await failLookup(call, 8, 'CONNECTWISE_RATE_LIMITED');
    for (let number = 9; number <= 16; number += 1) {
      await failLookup(call, number, 'CONNECTWISE_UNAVAILABLE');
    }
    const noted = await notedOf(call);
    assert.deepEqual(
      noted.map(({ attempt }) => attempt),
      [1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 16],
    );
    assert.match(noted.at(-1)?.message ?? '', /^Attempt 16 failed, number 8 in a row/);
  });

  it('has a row for each failure that may have been paid for', async () => {
    const call = await callBefore('analyzeTranscript');
    const languageModel = { analyze: () => fail('MODEL_UNAVAILABLE') };
    for (let number = 1; number <= 8; number += 1) {
      await assert.rejects(
        Promise.resolve(call.attempt('analyzeTranscript', number, { languageModel })),
      );
    }
    assert.equal((await notedOf(call)).length, 8);
  });

  it('does not wait for an attempt that Temporal has given up, when that fails at last', async () => {
    const call = await callBefore('matchCompany');
    call.timesOutAfter(50);
    const connectwise = {
      ...rig.deps.connectwise,
      findByPhone: async () => {
        await sleep(100);
        return fail('CONNECTWISE_UNAVAILABLE');
      },
    };
    await assert.rejects(Promise.resolve(call.attempt('matchCompany', 1, { connectwise })));
    assert.equal((await call.rows()).call.waitingStep, null);
  });

  it('is told by the row of the call until it succeeds, with the delay that the other system asked for', async () => {
    const call = await callBefore('matchCompany');
    const connectwise = {
      ...rig.deps.connectwise,
      findByPhone: () =>
        Promise.reject(
          new ServiceError('CONNECTWISE_RATE_LIMITED', 'It asked for a pause.', {
            retryAfterMs: 90_000,
          }),
        ),
    };
    await assert.rejects(Promise.resolve(call.attempt('matchCompany', 1, { connectwise })));
    const { call: waiting } = await call.rows();
    assert.deepEqual(
      [waiting.waitingStep, waiting.waitingAttempt, waiting.waitingCode, waiting.waitingMessage],
      ['matchCompany', 1, 'CONNECTWISE_RATE_LIMITED', 'It asked for a pause.'],
    );
    const delay = Number(waiting.waitingNextAt) - Number(waiting.waitingSince);
    assert.ok(delay >= 90_000 && delay < 95_000, `${delay} ms`);

    await call.attempt('matchCompany', 2);
    await assertNothingWaits(call);
  });

  it('is not told as waiting once it fails for good', async () => {
    const call = await callBefore('matchCompany');
    await failLookup(call, 1, 'CONNECTWISE_CREDENTIALS_REFUSED');
    await assertNothingWaits(call);
  });

  it('does not write over the call of another run', async () => {
    const call = await callBefore('matchCompany');
    const connectwise = {
      ...rig.deps.connectwise,
      async findByPhone() {
        await call.redoIn('archiveRecording');
        return fail('CONNECTWISE_UNAVAILABLE');
      },
    };
    await assert.rejects(Promise.resolve(call.attempt('matchCompany', 1, { connectwise })));
    await assertNothingWaits(call);
  });

  it('is forgotten when the call is opened again', async () => {
    const call = await callBefore('matchCompany');
    await failLookup(call, 1, 'CONNECTWISE_UNAVAILABLE');
    await call.redoIn('matchCompany');
    await assertNothingWaits(call);
  });
});

async function assertNothingWaits(call: Call): Promise<void> {
  const { call: row } = await call.rows();
  assert.deepEqual(
    [row.waitingStep, row.waitingAttempt, row.waitingCode, row.waitingMessage],
    [null, null, null, null],
  );
  assert.deepEqual([row.waitingSince, row.waitingNextAt], [null, null]);
}

function fail(code: ErrorCode): Promise<never> {
  return Promise.reject(new ServiceError(code, 'It failed.'));
}
