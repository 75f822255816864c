import type { Observation } from '../observation.ts';
import { isAtRest, newestRunOf } from './runs.ts';
import { violationsOf, type Violation } from './violation.ts';

/** I1: every acknowledged start has exactly one row and one run, closed or parked; none is lost or doubled. */
export function checkStartedCalls({ operations, rows, runs }: Observation): readonly Violation[] {
  const violations = violationsOf('I1');
  const callSids = new Set(operations.map(({ callSid }) => callSid));

  for (const callSid of callSids) {
    const own = operations.filter((operation) => operation.callSid === callSid);
    const ownRuns = runs.filter((run) => run.callSid === callSid);
    const acknowledged = own.filter(
      ({ kind, outcome }) => outcome === 'ok' && (kind === 'start' || kind === 'reprocess'),
    );
    const rowCount = rows.calls.filter((call) => call.callSid === callSid).length;

    if (acknowledged.length > 0 && rowCount !== 1) {
      violations.add(callSid, `was acknowledged and has ${rowCount} rows`);
    }
    for (const { kind, runId } of acknowledged) {
      if (runId !== null && !ownRuns.some((run) => run.runId === runId)) {
        violations.add(callSid, `a ${kind} was acknowledged with the run ${runId}, which is gone`);
      }
    }

    // Only these can have begun a run: a 202, or a request whose answer was lost.
    const mayHaveBegun = own.filter(
      ({ kind, outcome, status }) =>
        outcome === 'info' || (outcome === 'ok' && (kind !== 'start' || status === 202)),
    );
    const begun = ownRuns.filter(({ beganBy }) => beganBy === 'request');
    if (begun.length > mayHaveBegun.length) {
      violations.add(
        callSid,
        `has ${begun.length} runs that a request began, but only ${mayHaveBegun.length} requests may have`,
      );
    }
    const firstStarts = own.filter(({ kind, status }) => kind === 'start' && status === 202);
    if (new Set(firstStarts.map(({ runId }) => runId)).size < firstStarts.length) {
      violations.add(callSid, 'two starts were acknowledged as new with one and the same run');
    }

    const open = ownRuns.filter(({ status }) => status === 'RUNNING');
    if (open.length > 1) violations.add(callSid, `has ${open.length} open runs`);
    const newest = newestRunOf(runs, callSid);
    if (newest !== null && !isAtRest(newest)) {
      violations.add(callSid, `its run ${newest.runId} is neither closed nor parked`);
    }
  }
  return violations.list;
}

/** I8: a request that was refused, and never acknowledged otherwise, left nothing behind. */
export function checkRefusedCalls({ operations, rows, runs }: Observation): readonly Violation[] {
  const violations = violationsOf('I8');
  const accepted = new Set(
    operations.filter(({ outcome }) => outcome !== 'fail').map(({ callSid }) => callSid),
  );
  for (const { callSid } of rows.calls) {
    if (!accepted.has(callSid)) violations.add(callSid, 'has a row, but no request was accepted');
  }
  for (const { callSid, runId } of runs) {
    if (!accepted.has(callSid)) {
      violations.add(callSid, `has the run ${runId}, but no request was accepted`);
    }
  }
  return violations.list;
}
