import type { Observation } from '../observation.ts';
import type { ObservedRun } from '../observed-run.ts';
import { newestRunOf } from './runs.ts';
import { violationsOf, type Violation } from './violation.ts';

/** The status of a call, in the words that the row and the search attributes share. */
type ReportedStatus = {
  readonly status: string | null;
  readonly step: string | null;
  readonly code: string | null;
};

/** I2: the row, the search attributes and the run itself agree on the status of every call. */
export function checkReportedStatus({ rows, runs }: Observation): readonly Violation[] {
  const violations = violationsOf('I2');
  for (const call of rows.calls) {
    const run = newestRunOf(runs, call.callSid);
    // A terminated run had no chance to report anything.
    if (run === null || run.status === 'TERMINATED') continue;
    const row = { status: call.callStatus, step: call.failedStep, code: call.failureCode };
    const { CallStatus, FailedStep, FailureCode } = run.searchAttributes;
    const attributes = {
      status: CallStatus ?? null,
      step: FailedStep ?? null,
      code: FailureCode ?? null,
    };
    if (!isSame(row, attributes)) {
      violations.add(
        call.callSid,
        `the row says ${inWords(row)}, the search attributes of its run say ${inWords(attributes)}`,
      );
    }
    const fault = contradiction(run, row);
    if (fault !== null) violations.add(call.callSid, fault);
  }
  for (const run of runs) {
    if (run.status !== 'RUNNING' && !rows.calls.some(({ callSid }) => callSid === run.callSid)) {
      violations.add(run.callSid, `its run ${run.runId} is ${run.status} and there is no row`);
    }
  }
  return violations.list;
}

/** How the row contradicts the run's own state; `null` when the two agree. */
function contradiction({ status, report }: ObservedRun, row: ReportedStatus): string | null {
  switch (status) {
    case 'COMPLETED':
      return row.status === 'COMPLETED'
        ? null
        : `the run is COMPLETED, the row says ${inWords(row)}`;
    case 'CANCELLED':
      return row.status === 'FAILED' && row.code === 'CANCELLED'
        ? null
        : `the run is CANCELLED, the row says ${inWords(row)}`;
    case 'RUNNING': {
      const last = report?.parked.at(-1);
      const expected: ReportedStatus =
        last === undefined
          ? { status: 'PROCESSING', step: null, code: null }
          : { status: 'FAILED', step: last.step, code: last.code };
      return isSame(row, expected)
        ? null
        : `the status of the open run is ${inWords(expected)}, the row says ${inWords(row)}`;
    }
    default:
      return row.status === 'FAILED' && row.code !== null
        ? null
        : `the run is ${status}, the row says ${inWords(row)}`;
  }
}

function isSame(one: ReportedStatus, other: ReportedStatus): boolean {
  return one.status === other.status && one.step === other.step && one.code === other.code;
}

function inWords({ status, step, code }: ReportedStatus): string {
  return [status ?? 'nothing', step, code].filter((part) => part !== null).join(' ');
}
