import type { Observation } from '../observation.ts';
import { violationsOf, type Violation } from './violation.ts';

/**
 * I3: a call has a current analysis if and only if it is COMPLETED with the outcome ANALYZED, and
 * each analysis that was logged as made is there once.
 */
export function checkAnalyses({ rows }: Observation): readonly Violation[] {
  const violations = violationsOf('I3');
  for (const call of rows.calls) {
    const { callSid, callStatus, outcome, callAnalysisId } = call;
    const analyses = rows.analyses.filter(({ callId }) => callId === call.id);
    const isAnalyzed = callStatus === 'COMPLETED' && outcome === 'ANALYZED';
    if (isAnalyzed !== (callAnalysisId !== null)) {
      violations.add(
        callSid,
        `is ${callStatus} with the outcome ${outcome} and ${callAnalysisId === null ? 'no' : 'a'} current analysis`,
      );
    }
    if ((callStatus === 'COMPLETED') !== (outcome !== null)) {
      violations.add(callSid, `is ${callStatus} with the outcome ${outcome}`);
    }
    if (callAnalysisId !== null && !analyses.some(({ id }) => id === callAnalysisId)) {
      violations.add(callSid, 'its current analysis is none of its own');
    }
    const made = rows.logs.filter(
      ({ callId, event }) => callId === call.id && event === 'ANALYSIS_SUCCESS',
    );
    if (made.length !== analyses.length) {
      violations.add(callSid, `${made.length} analyses were logged, ${analyses.length} are stored`);
    }
    if (new Set(analyses.map(({ runId }) => runId)).size < analyses.length) {
      violations.add(callSid, 'one run stored two analyses');
    }
  }
  return violations.list;
}
