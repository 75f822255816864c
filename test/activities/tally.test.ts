// A worker counts what is stored, once, however many attempts it took; and each attempt by how it ended.
import assert from 'node:assert/strict';

import { createRecordFailure } from '../../src/activities/steps/record-failure.ts';
import type { ErrorCode } from '../../src/domain/error-codes.ts';
import { ServiceError } from '../../src/domain/service-error.ts';
import { createServiceNumbersRepository } from '../../src/repositories/service-numbers-repository.ts';
import { attemptOf } from '../support/attempt.ts';
import { startStepRig, type StepRig } from '../support/step-rig.ts';

const fail = (code: ErrorCode) => Promise.reject(new ServiceError(code, 'It failed.'));

describe('what a worker counts', () => {
  let rig: StepRig;

  before(async () => {
    rig = await startStepRig();
  });
  beforeEach(() => rig.registry.resetMetrics());
  after(() => rig.stop());

  /** The series of a metric that are not zero, by the values of their labels. */
  async function seriesOf(name: string): Promise<Record<string, number>> {
    const metric = await rig.registry.getSingleMetric(name)?.get();
    return Object.fromEntries(
      (metric?.values ?? [])
        .filter(({ value }) => value > 0)
        .map(({ labels, value }) => [Object.values(labels).join(' '), value]),
    );
  }

  it('has a call once, although the attempt that completed it is made again', async () => {
    const call = await rig.newCall();
    await call.upTo('analyzeTranscript');
    assert.deepEqual(await seriesOf('calls_ended_total'), {});
    await call.attempt('analyzeTranscript', 1);
    await call.attempt('analyzeTranscript', 2);
    assert.deepEqual(await seriesOf('calls_ended_total'), { ANALYZED: 1 });
    const { values } = (await rig.registry
      .getSingleMetric('calls_step_duration_seconds')
      ?.get()) ?? { values: [] };
    const counts = values.filter(
      (each) => 'metricName' in each && String(each.metricName).endsWith('_count'),
    );
    assert.deepEqual(
      counts.map(({ labels, value }) => [labels['step'], value]),
      [
        ['openCall', 1],
        ['archiveRecording', 1],
        ['transcribeRecording', 1],
        ['matchCompany', 1],
        ['analyzeTranscript', 2],
      ],
    );
  });

  it('has nothing of a transaction that is rolled back', async () => {
    const call = await rig.newCall();
    await call.upTo('analyzeTranscript');
    const database: typeof rig.deps.database = {
      ...rig.deps.database,
      transaction: (work) =>
        rig.deps.database.transaction(async (tx) => {
          await work(tx);
          throw new ServiceError('DATABASE_UNAVAILABLE', 'The connection broke before the commit.');
        }),
    };
    await assert.rejects(Promise.resolve(call.attempt('analyzeTranscript', 1, { database })));
    assert.deepEqual(await seriesOf('calls_ended_total'), {});
    await call.attempt('analyzeTranscript', 2);
    assert.deepEqual(await seriesOf('calls_ended_total'), { ANALYZED: 1 });
  });

  it('has attempts by how they ended, and failures by their codes', async () => {
    const call = await rig.newCall();
    await call.upTo('matchCompany');
    rig.registry.resetMetrics();
    const meeting = (findByPhone: () => Promise<never>) => ({
      connectwise: { ...rig.deps.connectwise, findByPhone },
    });
    const attempt = (number: number, findByPhone: () => Promise<never>) =>
      assert.rejects(Promise.resolve(call.attempt('matchCompany', number, meeting(findByPhone))));
    await attempt(1, () => fail('CONNECTWISE_UNAVAILABLE'));
    await attempt(2, () => fail('CONNECTWISE_QUEUED'));
    await attempt(3, () => {
      call.cancel();
      return fail('CONNECTWISE_UNAVAILABLE');
    });
    const lost = { attemptHistory: { wasPreviousLost: async () => true } };
    // The fourth never came back.
    await call.attempt('matchCompany', 5, lost);
    assert.deepEqual(await seriesOf('calls_step_attempts_total'), {
      'matchCompany failed': 1,
      'matchCompany waiting': 1,
      'matchCompany interrupted': 1,
      'matchCompany lost': 1,
      'matchCompany done': 1,
    });
    assert.deepEqual(await seriesOf('calls_step_failures_total'), {
      'matchCompany CONNECTWISE_UNAVAILABLE': 1,
    });
  });

  it('has what was parked, cancelled and expired, and the database has what is parked still', async () => {
    const numbers = createServiceNumbersRepository(rig.deps.database);
    const park = async (code: ErrorCode, expired = false) => {
      const call = await rig.newCall();
      await call.upTo('matchCompany');
      const { call: row } = await call.rows();
      const record = (activityId: string) =>
        attemptOf({
          activityId,
          attempt: 1,
          scheduledTimestampMs: Date.now() + 60_000,
          workflowExecution: { workflowId: call.callSid, runId: row.runId },
        }).run(createRecordFailure(rig.deps), {
          ...call,
          step: 'matchCompany' as const,
          code,
          message: 'It failed.',
          expired,
        });
      const activityId = '9';
      await record(activityId);
      // The acknowledgement was lost.
      await record(activityId);
    };
    const before = await numbers.read();
    await park('CONNECTWISE_CREDENTIALS_REFUSED');
    await park('CANCELLED');
    await park('CONNECTWISE_BAD_REQUEST', true);
    assert.deepEqual(await seriesOf('calls_ended_total'), { FAILED: 1, CANCELLED: 1, EXPIRED: 1 });
    assert.deepEqual(await seriesOf('calls_given_up_total'), {
      'matchCompany CONNECTWISE_CREDENTIALS_REFUSED': 1,
    });
    assert.deepEqual(before.parked, []);
    const [parked, ...others] = (await numbers.read()).parked;
    assert.deepEqual(others, []);
    const { oldestSeconds, ...rest } = parked ?? assert.fail('nothing is parked');
    assert.deepEqual(rest, {
      step: 'matchCompany',
      code: 'CONNECTWISE_CREDENTIALS_REFUSED',
      calls: 1,
    });
    assert.ok(oldestSeconds >= 0 && oldestSeconds < 60);
  });
});
