import { ANALYZED, PARKED } from '../healthy-rows.ts';
import { remove, rowOf, runOf, theOnly, type Spoiler } from './spoiler.ts';

// What was asked for, and where each call stands.

export const CALL_SPOILERS: readonly Spoiler[] = [
  [
    'I1',
    'an acknowledged call without a row',
    ANALYZED,
    (it) => {
      remove(it.rows.calls, rowOf(it, ANALYZED));
    },
  ],
  [
    'I1',
    'an acknowledged call with two rows',
    ANALYZED,
    (it) => {
      it.rows.calls.push({ ...rowOf(it, ANALYZED), id: 'another' });
    },
  ],
  [
    'I1',
    'an acknowledged run that is gone',
    PARKED,
    (it) => {
      remove(it.runs, runOf(it, PARKED));
    },
  ],
  [
    'I1',
    'a run that nobody asked for',
    ANALYZED,
    (it) => {
      it.runs.unshift({ ...runOf(it, ANALYZED), runId: 'another' });
    },
  ],
  [
    'I1',
    'one run acknowledged as new twice',
    ANALYZED,
    (it) => {
      it.operations.push({ ...theOnly(it.operations, (o) => o.callSid === ANALYZED) });
    },
  ],
  [
    'I1',
    'two open runs of one call',
    PARKED,
    (it) => {
      it.runs.push({ ...runOf(it, PARKED), runId: 'another', beganBy: 'rewind' });
    },
  ],
  [
    'I1',
    'a run that is stuck',
    PARKED,
    (it) => {
      const run = runOf(it, PARKED);
      if (run.report === null) throw new Error('The parked run has told nothing.');
      run.report = {
        steps: { ...run.report.steps, analyzeTranscript: 'RUNNING' },
        parked: [],
        reprocessRequests: 1,
      };
    },
  ],
  [
    'I1',
    'an open run that does not answer',
    PARKED,
    (it) => {
      runOf(it, PARKED).report = null;
    },
  ],
  [
    'I2',
    'a row left at PROCESSING when its run is COMPLETED',
    ANALYZED,
    (it) => {
      rowOf(it, ANALYZED).callStatus = 'PROCESSING';
    },
  ],
  [
    'I2',
    'search attributes that say something else',
    PARKED,
    (it) => {
      runOf(it, PARKED).searchAttributes['FailureCode'] = 'TIMEOUT';
    },
  ],
  [
    'I2',
    'a row and attributes that agree with each other and not with the run',
    PARKED,
    (it) => {
      rowOf(it, PARKED).failedStep = 'matchCompany';
      runOf(it, PARKED).searchAttributes['FailedStep'] = 'matchCompany';
    },
  ],
  [
    'I2',
    'a cancelled run whose row does not say so',
    PARKED,
    (it) => {
      runOf(it, PARKED).status = 'CANCELLED';
    },
  ],
  [
    'I2',
    'a closed run without a row',
    PARKED,
    (it) => {
      remove(it.rows.calls, rowOf(it, PARKED));
      runOf(it, PARKED).status = 'FAILED';
    },
  ],
  [
    'I8',
    'a row of a refused request',
    ANALYZED,
    (it) => {
      Object.assign(
        theOnly(it.operations, (o) => o.callSid === ANALYZED),
        { outcome: 'fail', status: 400 },
      );
    },
  ],
];
