import { ANALYZED, PARKED } from '../healthy-rows.ts';
import { logOf, remove, rowOf, theOnly, type Spoiler } from './spoiler.ts';

// What the database holds.

export const DATA_SPOILERS: readonly Spoiler[] = [
  [
    'I3',
    'a call said to be analysed without an analysis',
    ANALYZED,
    (it) => {
      rowOf(it, ANALYZED).callAnalysisId = null;
    },
  ],
  [
    'I3',
    'a failed call that still has a current analysis',
    PARKED,
    (it) => {
      rowOf(it, PARKED).callAnalysisId = 'analysis';
    },
  ],
  [
    'I3',
    'a COMPLETED call without an outcome',
    ANALYZED,
    (it) => {
      rowOf(it, ANALYZED).outcome = null;
    },
  ],
  [
    'I3',
    'an analysis of another call',
    ANALYZED,
    (it) => {
      rowOf(it, ANALYZED).callAnalysisId = 'somebody else’s';
    },
  ],
  [
    'I3',
    'two analyses of one run',
    ANALYZED,
    (it) => {
      it.rows.analyses.push({ ...theOnly(it.rows.analyses, () => true), id: 'another' });
    },
  ],
  [
    'I3',
    'a lost analysis',
    ANALYZED,
    (it) => {
      it.rows.analyses.pop();
    },
  ],
  [
    'I4',
    'a company with two rows',
    null,
    (it) => {
      it.rows.companies.push({ ...theOnly(it.rows.companies, () => true), id: 'another' });
    },
  ],
  [
    'I4',
    'a match without a company',
    ANALYZED,
    (it) => {
      rowOf(it, ANALYZED).companyId = null;
    },
  ],
  [
    'I4',
    'a company that is not there',
    ANALYZED,
    (it) => {
      rowOf(it, ANALYZED).companyId = 'gone';
    },
  ],
  [
    'I5',
    'two final rows of one activity',
    ANALYZED,
    (it) => {
      it.rows.logs.push({
        ...logOf(it, ANALYZED, 'COMPANY_IDENTIFIED'),
        event: 'COMPANY_NOT_FOUND',
      });
    },
  ],
  [
    'I5',
    'the same row twice',
    ANALYZED,
    (it) => {
      it.rows.logs.push({ ...logOf(it, ANALYZED, 'JOB_COMPLETED') });
    },
  ],
  [
    'I5',
    'a lost row',
    ANALYZED,
    (it) => {
      remove(it.rows.logs, logOf(it, ANALYZED, 'TRANSCRIPTION_SUCCESS'));
    },
  ],
  [
    'I5',
    'a lost row of a recorded failure',
    PARKED,
    (it) => {
      remove(it.rows.logs, logOf(it, PARKED, 'JOB_FAILED'));
    },
  ],
  [
    'I5',
    'a failure row without a code',
    PARKED,
    (it) => {
      logOf(it, PARKED, 'ANALYSIS_FAILED').code = null;
    },
  ],
  [
    'I5',
    'a FAILED call without a code',
    PARKED,
    (it) => {
      rowOf(it, PARKED).failureCode = null;
    },
  ],
];
