import type { Observation } from '../observation.ts';
import { violationsOf, type Violation } from './violation.ts';

/** I9: no history, log row, log line or attribute holds a secret or anything from a call. */
export function checkPrivacy({ rows, runs, texts, canaries }: Observation): readonly Violation[] {
  const violations = violationsOf('I9');
  const look = (callSid: string | null, where: string, text: string, isLogRow = false) => {
    for (const { name, pattern, mayStandInLogRows } of canaries) {
      if (isLogRow && mayStandInLogRows) continue;
      const at = text.search(pattern);
      // The text before it shows where it came from, without repeating it.
      if (at !== -1) {
        violations.add(
          callSid,
          `${where} holds ${name}, after ${JSON.stringify(before(text, at))}`,
        );
      }
    }
  };
  for (const run of runs) {
    const attributes = JSON.stringify(run.searchAttributes);
    look(run.callSid, `the history of run ${run.runId}`, `${run.text} ${attributes}`);
  }
  for (const call of rows.calls) {
    look(call.callSid, 'the failure message', call.failureMessage ?? '', true);
    for (const { callId, event, message } of rows.logs) {
      if (callId === call.id) look(call.callSid, `the log row ${event}`, message, true);
    }
  }
  for (const { name, text } of texts) look(null, name, text);
  return violations.list;
}

function before(text: string, at: number): string {
  return text.slice(Math.max(0, at - 60), at);
}
