import { checkAnalyses } from './invariants/analyses.ts';
import { checkCompanies } from './invariants/companies.ts';
import { checkLogRows } from './invariants/log-rows.ts';
import { checkPayments } from './invariants/payments.ts';
import { checkPrivacy } from './invariants/privacy.ts';
import { checkSessions } from './invariants/sessions.ts';
import { checkReportedStatus } from './invariants/reported-status.ts';
import { checkRefusedCalls, checkStartedCalls } from './invariants/started-calls.ts';
import { checkStoredRecordings } from './invariants/stored-recordings.ts';
import type { InvariantId, Violation } from './invariants/violation.ts';
import type { Cluster } from './cluster.ts';
import { observe, type Observation } from './observation.ts';
import { settle } from './settle.ts';

/** What a test does on purpose that would otherwise break an invariant. */
export type Allowance = {
  /** Calls whose model was made to answer nonsense or to refuse, so that it was asked again. */
  readonly askedAgain?: ReadonlySet<string>;
  /** Invariants that the test breaks on purpose; say why beside it. */
  readonly except?: readonly InvariantId[];
};

/** Judges an observation by all ten invariants. */
export function checkInvariants(
  observation: Observation,
  { askedAgain = new Set(), except = [] }: Allowance = {},
): Violation[] {
  return [
    ...checkStartedCalls(observation),
    ...checkReportedStatus(observation),
    ...checkAnalyses(observation),
    ...checkCompanies(observation),
    ...checkLogRows(observation),
    ...checkStoredRecordings(observation),
    ...checkPayments(observation, { askedAgain }),
    ...checkRefusedCalls(observation),
    ...checkPrivacy(observation),
    ...checkSessions(observation),
  ].filter(({ invariant }) => !except.includes(invariant));
}

/** The violations as text, one a line. */
export function reportOf(violations: readonly Violation[]): string {
  return violations
    .map(({ invariant, callSid, found }) => `${invariant} ${callSid ?? '(all calls)'}: ${found}`)
    .join('\n');
}

// A run's state, its search attributes and its row agree within a minute of the last repair.
const SETTLE_WITHIN_MS = 60_000;

/**
 * Waits until every call is at rest and its row says so, then observes everything. Throws a report
 * when an invariant is broken, and returns the observation otherwise.
 */
export async function assertInvariants(
  cluster: Cluster,
  allowance: Allowance & { readonly settleWithinMs?: number } = {},
): Promise<Observation> {
  await settle(cluster, allowance.settleWithinMs ?? SETTLE_WITHIN_MS);
  const observation = await observe(cluster);
  const violations = checkInvariants(observation, allowance);
  if (violations.length > 0) {
    throw new Error(`${violations.length} violations:\n${reportOf(violations)}`);
  }
  return observation;
}
