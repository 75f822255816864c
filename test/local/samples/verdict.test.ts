// The exit code of "npm start -- --once" says whether each sample ended as its file expects.
import assert from 'node:assert/strict';

import type { SampleResult } from '../../../local/samples/follow-sample.ts';
import { deviations } from '../../../local/samples/verdict.ts';

const sandboxOnly = {
  phoneSystem: false,
  storageAndSpeech: false,
  speech: false,
  connectwise: false,
  languageModel: false,
};
const failing = {
  status: 'FAILED',
  companyMatch: 'MATCHED',
  company: 'Kestrel',
  failedStep: 'analyzeTranscript',
  failureCode: 'MODEL_CREDENTIALS_REFUSED',
} as const;

describe('the verdict on a sample', () => {
  it('finds no deviation in a call that ended as expected', () => {
    assert.deepEqual(
      deviations(result({ status: 'COMPLETED', outcome: 'ANALYZED' }, {}), sandboxOnly),
      [],
    );
    assert.deepEqual(deviations(failed(), sandboxOnly), []);
  });

  it('names every deviation', () => {
    const wrong = result(
      { status: 'COMPLETED', outcome: 'NO_SPEECH', companyMatch: 'MATCHED', company: 'A' },
      { companyMatch: 'UNKNOWN' },
    );
    assert.deepEqual(deviations(wrong, sandboxOnly), [
      'outcome ANALYZED instead of NO_SPEECH',
      'company match UNKNOWN instead of MATCHED',
      'company missing instead of A',
    ]);
    assert.deepEqual(deviations(failed({ step: 'matchCompany' }), sandboxOnly), [
      'failed step matchCompany instead of analyzeTranscript',
    ]);
    assert.deepEqual(deviations({ ...failed(), call: null }, sandboxOnly), [
      'it has no row in the database',
    ]);
    assert.deepEqual(
      deviations(result({ status: 'COMPLETED' }, { status: 'PROCESSING' }), sandboxOnly),
      ['status PROCESSING instead of COMPLETED'],
    );
  });

  it('accepts COMPLETED for a call that should fail only if it was reprocessed', () => {
    const healed = result(failing, { status: 'COMPLETED' });
    assert.deepEqual(deviations({ ...healed, isNew: false }, sandboxOnly), []);
    assert.ok(deviations(healed, sandboxOnly).includes('status COMPLETED instead of FAILED'));
    // The sandbox's model cannot recognise the call from words that it has never seen.
    assert.deepEqual(deviations(healed, { ...sandboxOnly, storageAndSpeech: true }), []);
  });

  it('does not judge what a real system decides', () => {
    const wrong = result(
      { status: 'COMPLETED', outcome: 'NO_SPEECH', companyMatch: 'MATCHED' },
      { companyMatch: 'UNKNOWN' },
    );
    const own = { ...sandboxOnly, storageAndSpeech: true, speech: true, connectwise: true };
    assert.deepEqual(deviations(wrong, own), []);
  });
});

function result(
  expect: SampleResult['sample']['expect'],
  call: Partial<NonNullable<SampleResult['call']>>,
): SampleResult {
  return {
    isNew: true,
    sample: {
      title: 't',
      callRecordingId: '1.1',
      recordgroup: '1',
      recordid: '1',
      expect,
      hasWords: true,
    },
    call: {
      callSid: '1.1',
      status: 'COMPLETED',
      outcome: 'ANALYZED',
      explanation: '',
      startTime: null,
      endTime: null,
      duration: null,
      recordedAt: null,
      recordingSeconds: null,
      talk: null,
      recordingUrl: null,
      integrity: null,
      externalPhoneNumber: null,
      direction: null,
      companyMatch: null,
      company: null,
      companyCandidates: [],
      failure: null,
      waiting: null,
      analysis: null,
      cost: null,
      links: { self: '', temporal: null, reprocess: '' },
      ...call,
    },
  };
}

function failed(failure: { step?: string; code?: string } = {}): SampleResult {
  return result(failing, {
    status: 'FAILED',
    outcome: null,
    companyMatch: 'MATCHED',
    company: { connectwiseId: '1', name: 'Kestrel' },
    failure: {
      step: 'analyzeTranscript',
      code: 'MODEL_CREDENTIALS_REFUSED',
      message: '',
      ...failure,
    },
  });
}
