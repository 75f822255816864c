import type { Observation } from '../observation.ts';
import { violationsOf, type Violation } from './violation.ts';

/** I4: a ConnectWise company has one row, and a call names one if and only if it matched. */
export function checkCompanies({ rows }: Observation): readonly Violation[] {
  const violations = violationsOf('I4');
  const counts = new Map<string, number>();
  for (const { connectwiseId } of rows.companies) {
    counts.set(connectwiseId, (counts.get(connectwiseId) ?? 0) + 1);
  }
  for (const [connectwiseId, count] of counts) {
    if (count > 1) {
      violations.add(null, `the ConnectWise company ${connectwiseId} has ${count} rows`);
    }
  }
  const ids = new Set(rows.companies.map(({ id }) => id));
  for (const { callSid, companyId, companyMatch } of rows.calls) {
    if (companyId !== null && !ids.has(companyId)) {
      violations.add(callSid, 'names a company that is not there');
    }
    if ((companyMatch === 'MATCHED') !== (companyId !== null)) {
      violations.add(
        callSid,
        `its match is ${companyMatch}, with ${companyId ? 'a' : 'no'} company`,
      );
    }
  }
  return violations.list;
}
