import type { Observation } from '../observation.ts';
import type { ObservedRun } from '../observed-run.ts';
import { newestRunOf } from './runs.ts';
import { violationsOf, type Violation } from './violation.ts';

/** Where a call stands, in the words that the row and the search attributes share. */
type Standing = {
  readonly status: string | null;
  readonly step: string | null;
  readonly code: string | null;
};

/** I2: the row, the search attributes and the run itself tell the same of every call. */
export function checkStanding({ rows, runs }: Observation): readonly Violation[] {
  const violations = violationsOf('I2');
  for (const call of rows.calls) {
    const run = newestRunOf(runs, call.callSid);
    // A terminated run had no chance to tell anybody.
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
        `the row says ${tell(row)}, the search attributes of its run say ${tell(attributes)}`,
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

/** What the row says although the run's own state forbids it; `null` when the two agree. */
function contradiction({ status, report }: ObservedRun, row: Standing): string | null {
  switch (status) {
    case 'COMPLETED':
      return row.status === 'COMPLETED' ? null : `the run is COMPLETED, the row says ${tell(row)}`;
    case 'CANCELLED':
      return row.status === 'FAILED' && row.code === 'CANCELLED'
        ? null
        : `the run is CANCELLED, the row says ${tell(row)}`;
    case 'RUNNING': {
      const last = report?.parked.at(-1);
      const expected: Standing =
        last === undefined
          ? { status: 'PROCESSING', step: null, code: null }
          : { status: 'FAILED', step: last.step, code: last.code };
      return isSame(row, expected)
        ? null
        : `the open run stands at ${tell(expected)}, the row says ${tell(row)}`;
    }
    default:
      return row.status === 'FAILED' && row.code !== null
        ? null
        : `the run is ${status}, the row says ${tell(row)}`;
  }
}

function isSame(one: Standing, other: Standing): boolean {
  return one.status === other.status && one.step === other.step && one.code === other.code;
}

function tell({ status, step, code }: Standing): string {
  return [status ?? 'nothing', step, code].filter((part) => part !== null).join(' ');
}
