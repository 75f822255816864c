// Guarantees that no number is matched to a wrong company, in a ConnectWise full of pitfalls, over real HTTP and with the site directory.
import assert from 'node:assert/strict';

import { lookupInWords } from '../support/lookup-in-words.ts';
import { tenant, toSandboxRecords } from './connectwise-tenant.ts';
import { startSiteRig, type SiteRig } from './site-rig.ts';

describe('a ConnectWise full of pitfalls', () => {
  let rig: SiteRig;

  before(async () => {
    rig = await startSiteRig();
    await rig.sandbox.addConnectWise(toSandboxRecords());
    await rig.walk('tenant');
  });
  after(() => rig.stop());

  it('has at least sixty records with unique IDs, and a question for every kind of match', () => {
    const { companies, contacts, sites, questions } = tenant;
    for (const records of [companies, contacts, sites]) {
      assert.equal(new Set(records.map(({ id }) => id)).size, records.length);
    }
    assert.ok(companies.length + contacts.length + sites.length >= 60);
    const kinds = new Set(questions.map(({ expect }) => expect.split(' ')[0]));
    assert.deepEqual(kinds, new Set(['MATCHED', 'AMBIGUOUS', 'UNKNOWN']));
    assert.equal(new Set(questions.map(({ number }) => number)).size, questions.length);
  });

  for (const { why, number, expect } of tenant.questions) {
    it(`${why}: ${expect}`, async () => {
      assert.equal(lookupInWords(await rig.lookUp(number)), expect);
    });
  }
});
