import type { OwnSystems } from '../settings.ts';
import type { SampleResult } from './follow-sample.ts';

/**
 * How a sample's result differs from what its file expects, a few words each; empty if it does not. A
 * call that is expected to fail may also be COMPLETED if an earlier run started it, because somebody
 * may have reprocessed it since. What the user's own systems decide is not judged, nor that nobody was
 * found while the directory of sites is not filled.
 */
export function deviations(
  result: SampleResult,
  ownSystems: OwnSystems,
  hasSiteDirectory = true,
): string[] {
  const { call, isNew } = result;
  if (call === null) return ['it has no row in the database'];
  // The scripted failure comes from the sandbox's language model, which recognises the call by its
  // words: those of the sample, or those of the transcript in the sandbox's storage.
  const mayHaveSucceeded = !isNew || ownSystems.languageModel || ownSystems.storageAndSpeech;
  const expected = result.sample.expect;
  if (expected.status === 'FAILED' && call.status === 'COMPLETED' && mayHaveSucceeded) return [];

  const facts: [string, string | undefined, string | null | undefined][] = [
    ['status', expected.status, call.status],
  ];
  if (!ownSystems.speech) facts.push(['outcome', expected.outcome, call.outcome]);
  const mayBeUnknown = !hasSiteDirectory && call.companyMatch === 'UNKNOWN';
  if (!ownSystems.connectwise && !mayBeUnknown) {
    facts.push(['company match', expected.companyMatch, call.companyMatch]);
    facts.push(['company', expected.company, call.company?.name]);
  }
  facts.push(['failed step', expected.failedStep, call.failure?.step]);
  facts.push(['code', expected.failureCode, call.failure?.code]);
  return facts
    .filter(([, should, is]) => should !== undefined && should !== is)
    .map(([name, should, is]) => `${name} ${is ?? 'missing'} instead of ${should}`);
}
