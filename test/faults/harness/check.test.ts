import assert from 'node:assert/strict';

import { checkInvariants, reportOf } from './check.ts';
import { healthyObservation } from './healthy-observation.ts';
import { ANALYZED } from './healthy-rows.ts';
import { CALL_SPOILERS } from './spoilers/calls.ts';
import { DATA_SPOILERS } from './spoilers/data.ts';
import { OUTSIDE_SPOILERS } from './spoilers/outside.ts';
import { logOf } from './spoilers/spoiler.ts';

// A broken invariant is reported with the call and what was found; what is well is not reported.

const SPOILERS = [...CALL_SPOILERS, ...DATA_SPOILERS, ...OUTSIDE_SPOILERS];

describe('the invariant checker', () => {
  it('finds nothing where all is well', () => {
    assert.equal(reportOf(checkInvariants(healthyObservation())), '');
  });

  it('lets a company be named in a log row, and a model that answers nonsense be asked again', () => {
    const observation = healthyObservation();
    logOf(observation, ANALYZED, 'COMPANY_IDENTIFIED').message = 'Zanzibar Provisions Ltd (1).';
    observation.sandbox.hits[ANALYZED] = { 'languageModel.chat.completions': 3 };
    assert.equal(reportOf(checkInvariants(observation, { askedAgain: new Set([ANALYZED]) })), '');
  });

  for (const [invariant, what, callSid, spoil] of SPOILERS) {
    it(`${invariant}: reports ${what}`, () => {
      const observation = healthyObservation();
      spoil(observation);
      const violations = checkInvariants(observation);
      assert.ok(
        violations.some((each) => each.invariant === invariant && each.callSid === callSid),
        `reported instead: ${reportOf(violations) || 'nothing'}`,
      );
      assert.match(reportOf(violations), new RegExp(`^${invariant} .+: .+`, 'm'));
    });
  }

  it('covers all ten invariants', () => {
    const covered = new Set(SPOILERS.map(([invariant]) => invariant));
    assert.equal(covered.size, 10);
  });
});
