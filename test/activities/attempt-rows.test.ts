// Guarantees the row that each attempt of a step leaves in the processing log, and how severe it is.
import assert from 'node:assert/strict';

import type { ErrorCode } from '../../src/domain/error-codes.ts';
import { ServiceError } from '../../src/domain/service-error.ts';
import { startStepRig, type StepRig } from '../support/step-rig.ts';

type Call = Awaited<ReturnType<StepRig['newCall']>>;

describe('the processing log', () => {
  let rig: StepRig;

  before(async () => {
    rig = await startStepRig();
  });
  after(() => rig.stop());

  it('tells what every step did, each event once and with its own severity', async () => {
    const call = await rig.newCall();
    await call.upTo('analyzeTranscript');
    await call.attempt('analyzeTranscript', 1);
    assert.deepEqual(await rowsOf(call), [
      'openCall 0 JOB_STARTED LOG_INFO',
      'archiveRecording 0 FETCH_SUCCESS LOG_INFO',
      'archiveRecording 0 UPLOAD_SUCCESS LOG_INFO',
      'transcribeRecording 0 TRANSCRIPTION_SUCCESS LOG_INFO',
      'matchCompany 0 COMPANY_IDENTIFIED LOG_SUCCESS',
      'analyzeTranscript 0 ANALYSIS_SUCCESS LOG_INFO',
      'analyzeTranscript 0 ANALYSIS_SAVED LOG_SUCCESS',
      'analyzeTranscript 0 JOB_COMPLETED LOG_SUCCESS',
    ]);
  });

  it('has a failed attempt as an error, with its number and code', async () => {
    const call = await callBefore('matchCompany');
    const connectwise = {
      ...rig.deps.connectwise,
      findByPhone: () => fail('CONNECTWISE_UNAVAILABLE'),
    };
    await assert.rejects(Promise.resolve(call.attempt('matchCompany', 3, { connectwise })));
    const row = 'matchCompany 3 COMPANY_LOOKUP_FAILED LOG_ERROR CONNECTWISE_UNAVAILABLE';
    assert.equal((await rowsOf(call)).at(-1), row);
  });

  it('has a recording that is not there yet as no error', async () => {
    // Of this very second, so that it counts as fresh.
    const call = await rig.newCall({ callRecordingId: `${Math.floor(Date.now() / 1000)}.7` });
    await call.upTo('archiveRecording');
    const phoneSystem = { fetchRecording: () => fail('RECORDING_NOT_FOUND') };
    await assert.rejects(Promise.resolve(call.attempt('archiveRecording', 1, { phoneSystem })));
    const row = 'archiveRecording 1 FETCH_FAILED LOG_INFO RECORDING_NOT_THERE_YET';
    assert.equal((await rowsOf(call)).at(-1), row);
  });

  it('has a failure of the store under the upload', async () => {
    const call = await callBefore('archiveRecording');
    const phoneSystem = { fetchRecording: () => fail('STORAGE_UNAVAILABLE') };
    await assert.rejects(Promise.resolve(call.attempt('archiveRecording', 1, { phoneSystem })));
    const row = 'archiveRecording 1 UPLOAD_FAILED LOG_ERROR STORAGE_UNAVAILABLE';
    assert.equal((await rowsOf(call)).at(-1), row);
  });

  it('has an interrupted attempt as no error and without a code', async () => {
    const call = await callBefore('matchCompany');
    const connectwise = {
      ...rig.deps.connectwise,
      findByPhone() {
        call.cancel();
        return fail('CONNECTWISE_UNAVAILABLE');
      },
    };
    await assert.rejects(Promise.resolve(call.attempt('matchCompany', 1, { connectwise })), {
      name: 'CancelledFailure',
    });
    const row = 'matchCompany 1 COMPANY_LOOKUP_FAILED LOG_INFO';
    assert.equal((await rowsOf(call)).at(-1), row);
  });

  it('has an attempt that was lost with its worker, noted by the next one', async () => {
    const call = await callBefore('matchCompany');
    const attemptHistory = { wasPreviousLost: async () => true };
    await call.attempt('matchCompany', 2, { attemptHistory });
    assert.deepEqual((await rowsOf(call)).slice(-2), [
      'matchCompany 1 COMPANY_LOOKUP_FAILED LOG_ERROR WORKER_CRASHED',
      'matchCompany 0 COMPANY_IDENTIFIED LOG_SUCCESS',
    ]);
  });

  async function callBefore(step: 'archiveRecording' | 'matchCompany'): Promise<Call> {
    const call = await rig.newCall();
    await call.upTo(step);
    return call;
  }
});

function fail(code: ErrorCode): Promise<never> {
  return Promise.reject(new ServiceError(code, 'It failed.'));
}

/** Each row as `step attempt event status code`, oldest first. */
async function rowsOf(call: Call): Promise<string[]> {
  const { logs } = await call.rows();
  return logs.map(({ step, attempt, event, status, code }) =>
    [step, attempt, event, status, code].filter((part) => part !== null).join(' '),
  );
}
