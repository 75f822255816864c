import type { Observation } from '../observation.ts';
import { violationsOf, type Violation } from './violation.ts';

/** How often an attempt may ask the language model: once, and twice more for better answers. */
const REQUESTS_PER_ATTEMPT = 3;

/**
 * I7: a speech submission is paid once, a call has one submission unless an operator asked for
 * another, and the language model is asked once per attempt of the analysis, except for the calls in
 * `askedAgain`: there a test made it answer nonsense, or refuse a request for a reason it did not give.
 */
export function checkPayments(
  { runs, sandbox }: Observation,
  { askedAgain = new Set() }: { readonly askedAgain?: ReadonlySet<string> } = {},
): readonly Violation[] {
  const violations = violationsOf('I7');
  const callSids = new Set(runs.map(({ callSid }) => callSid));
  for (const callSid of callSids) {
    const operations = sandbox.operations.filter((operation) => operation.callSid === callSid);
    const prefixes = Map.groupBy(operations, ({ prefix }) => prefix);
    for (const [prefix, ofPrefix] of prefixes) {
      // Google bills what it transcribed: one that failed or was forgotten may be submitted again.
      const paid = ofPrefix.filter(({ state }) => state === 'DONE' || state === 'RUNNING');
      if (paid.length > 1) {
        violations.add(callSid, `${paid.length} speech operations were paid for ${prefix}`);
      }
    }
    const ownRuns = runs.filter((run) => run.callSid === callSid);
    const asked = ownRuns.filter(({ redo }) => redo.includes('transcribeRecording')).length;
    if (prefixes.size > 1 + asked) {
      violations.add(
        callSid,
        `has ${prefixes.size} speech submissions, and an operator asked for ${asked} more than one`,
      );
    }

    const requests = sandbox.hits[callSid]?.['languageModel.chat.completions'] ?? 0;
    const attempts = ownRuns
      .flatMap(({ activities }) => activities)
      .filter(({ type }) => type === 'analyzeTranscript')
      .reduce((sum, activity) => sum + activity.attempts, 0);
    const atMost = attempts * (askedAgain.has(callSid) ? REQUESTS_PER_ATTEMPT : 1);
    if (requests > atMost) {
      violations.add(
        callSid,
        `the language model was asked ${requests} times in ${attempts} attempts`,
      );
    }
  }
  return violations.list;
}
