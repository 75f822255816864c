import type { ObservedRun } from '../observed-run.ts';

/** The run of a call that began last; `null` when there is none. Runs come oldest first. */
export function newestRunOf(runs: readonly ObservedRun[], callSid: string): ObservedRun | null {
  return runs.findLast((run) => run.callSid === callSid) ?? null;
}

/** Whether a run has nothing left to do by itself: it is closed, or waits for a reprocess. */
export function isAtRest({ status, report }: ObservedRun): boolean {
  if (status !== 'RUNNING') return true;
  if (report === null || report.parked.length === 0) return false;
  return !Object.values(report.steps).includes('RUNNING');
}
