import type { LogEvent } from '../../../../src/domain/log-events.ts';
import type { Observation } from '../observation.ts';
import type { ObservedActivity, ObservedRun } from '../observed-run.ts';
import { violationsOf, type Violation } from './violation.ts';

/** What each activity logs once when it has done its work: one of each group. */
const FINAL_EVENTS: Readonly<Record<string, readonly (readonly LogEvent[])[]>> = {
  openCall: [['JOB_STARTED', 'REPROCESS_REQUESTED', 'SKIPPED']],
  archiveRecording: [['FETCH_SUCCESS'], ['UPLOAD_SUCCESS']],
  transcribeRecording: [['TRANSCRIPTION_SUCCESS']],
  matchCompany: [
    [
      'COMPANY_IDENTIFIED',
      'COMPANY_NOT_FOUND',
      'COMPANY_AMBIGUOUS',
      'CALLER_WITHHELD',
      'CALL_INTERNAL',
    ],
  ],
  analyzeTranscript: [['JOB_COMPLETED']],
  recordFailure: [['JOB_FAILED']],
  recordReprocess: [['REPROCESS_REQUESTED']],
};

/** Steps that log nothing when they find their work done by an earlier activity. */
const MAY_REUSE = ['archiveRecording', 'transcribeRecording', 'matchCompany'];

/** I5: the log has exactly one final row for each activity, none is lost, and a failure has a code. */
export function checkLogRows({ rows, runs }: Observation): readonly Violation[] {
  const violations = violationsOf('I5');
  const logged = new Map<string, string[]>();
  for (const { runId, activityId, attempt, event } of rows.logs) {
    if (attempt !== 0) continue;
    const key = `${runId} ${activityId}`;
    logged.set(key, [...(logged.get(key) ?? []), event]);
  }

  for (const [run, activity] of activitiesOf(runs)) {
    const events = logged.get(`${run.runId} ${activity.activityId}`) ?? [];
    for (const group of FINAL_EVENTS[activity.type] ?? []) {
      const found = events.filter((event) => group.some((each) => each === event));
      const what = `${activity.type} (run ${run.runId}, activity ${activity.activityId})`;
      if (found.length > 1) {
        violations.add(run.callSid, `${what} has the final rows ${found.join(', ')}`);
      }
      if (found.length === 0 && mustHaveLogged(activity, run, runs)) {
        violations.add(run.callSid, `${what} was completed without its row ${group.join(' or ')}`);
      }
    }
  }

  for (const { id, callSid, callStatus, failedStep, failureCode } of rows.calls) {
    const isFailed = callStatus === 'FAILED';
    if (isFailed !== (failureCode !== null) || isFailed !== (failedStep !== null)) {
      violations.add(callSid, `is ${callStatus} with step ${failedStep} and code ${failureCode}`);
    }
    for (const { callId, event, status, code } of rows.logs) {
      const isFailure = status === 'LOG_ERROR' && event.endsWith('_FAILED');
      if (callId === id && isFailure && code === null) {
        violations.add(callSid, `its log has ${event} without a code`);
      }
    }
  }
  return violations.list;
}

function activitiesOf(runs: readonly ObservedRun[]): [ObservedRun, ObservedActivity][] {
  return runs.flatMap((run) =>
    run.activities.map((each): [ObservedRun, ObservedActivity] => [run, each]),
  );
}

function mustHaveLogged(
  activity: ObservedActivity,
  run: ObservedRun,
  runs: readonly ObservedRun[],
): boolean {
  if (activity.end !== 'completed') return false;
  if (!MAY_REUSE.includes(activity.type) || activity.redo) return true;
  // What an earlier activity of this step may have stored need not be logged again.
  const sameStep = activitiesOf(runs).filter(
    ([other, { type, attempts }]) =>
      other.callSid === run.callSid && type === activity.type && attempts > 0,
  );
  return sameStep[0]?.[1] === activity;
}
