import type { OwnSystems } from '../settings.ts';
import type { SampleResult } from './follow-sample.ts';

/**
 * In what a sample ended otherwise than its file says, a few words each; empty when it ended as it
 * should. A call that is expected to fail may also be COMPLETED when it was not started just now:
 * then somebody has reprocessed it since. What a real system of the user's decides is not judged.
 */
export function deviations(result: SampleResult, ownSystems: OwnSystems): string[] {
  const { call, isNew } = result;
  if (call === null) return ['it has no row in the database'];
  // The scripted refusal comes from the sandbox's language model, which knows the call by its words:
  // those of the sample, or those that lie in the sandbox's storage.
  const isHealed = !isNew || ownSystems.languageModel || ownSystems.storageAndSpeech;
  const expected = result.sample.expect;
  if (expected.status === 'FAILED' && call.status === 'COMPLETED' && isHealed) return [];

  const facts: [string, string | undefined, string | null | undefined][] = [
    ['status', expected.status, call.status],
  ];
  if (!ownSystems.speech) facts.push(['outcome', expected.outcome, call.outcome]);
  if (!ownSystems.connectwise) {
    facts.push(['company match', expected.companyMatch, call.companyMatch]);
    facts.push(['company', expected.company, call.company?.name]);
  }
  facts.push(['failed step', expected.failedStep, call.failure?.step]);
  facts.push(['code', expected.failureCode, call.failure?.code]);
  return facts
    .filter(([, should, is]) => should !== undefined && should !== is)
    .map(([name, should, is]) => `${name} ${is ?? 'missing'} instead of ${should}`);
}
