// Guarantees that a number is matched to its company case by case, and never to a wrong one.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { z } from 'zod';

import {
  matchCompany,
  type CompanyLookup,
  type StoredPhone,
} from '../../src/domain/company-match.ts';
import { readSitePhones } from '../../src/domain/site-phone.ts';

const id = z.int().transform(String);
const company = z
  .tuple([id, z.string().nullable()], z.string().nullable())
  .transform(([companyId, phoneNumber, countryName = null, flags = '']) => ({
    id: companyId,
    name: `Company ${companyId}`,
    phoneNumber,
    countryName,
    deleted: flags === 'deleted',
  }));
const contact = z
  .tuple([id, id.nullable(), z.array(z.string().transform(toPhone))], z.string())
  .transform(([contactId, companyId, phones, flags = '']) => ({
    id: contactId,
    companyId,
    siteId: null,
    phones,
    inactive: flags === 'inactive',
  }));
const site = z
  .tuple([id, id, z.string().nullable()], z.string().nullable())
  .transform(([siteId, companyId, phoneNumber, countryName = null, flags = '']) => ({
    companyId,
    site: { id: siteId, phoneNumber, countryName, inactive: flags === 'inactive' },
  }));
const tableSchema = z.object({
  cases: z.array(
    z.strictObject({
      why: z.string(),
      number: z.string(),
      companies: z.array(company).default([]),
      contacts: z.array(contact).default([]),
      sites: z.array(site).default([]),
      expect: z.string(),
      incomplete: z.string().default(''),
    }),
  ),
});
const file = new URL('data/company-match.json', import.meta.url);
const { cases } = tableSchema.parse(JSON.parse(readFileSync(file, 'utf8')));

describe('matching a company to a number', () => {
  for (const { why, expect, incomplete, sites, ...records } of cases) {
    it(`${why}: ${expect}`, () => {
      const lookup = matchCompany({
        ...records,
        siteCountries: new Map(),
        siteCompanyIds: companiesOfSites(sites, records),
        region: 'GB',
        excludedCompanyIds: ['2', '19'],
      });
      assert.equal(inWords(lookup), expect);
      assert.equal(lookup.incompleteContactIds.join(','), incomplete);
    });
  }

  it('returns the name of the company', () => {
    const [first] = cases;
    assert.ok(first !== undefined);
    const { number, companies, contacts } = first;
    const question = {
      number,
      companies,
      contacts,
      siteCompanyIds: [],
      siteCountries: new Map(),
      excludedCompanyIds: [],
    };
    assert.deepEqual(matchCompany({ ...question, region: 'GB' }), {
      match: 'MATCHED',
      company: { connectwiseId: '10', name: 'Company 10' },
      incompleteContactIds: [],
    });
  });
});

/** The companies that the site directory lists for the number. */
function companiesOfSites(
  sites: readonly z.output<typeof site>[],
  { number, companies }: { number: string; companies: readonly z.output<typeof company>[] },
): string[] {
  return sites
    .filter((one) => {
      const countryName = companies.find(({ id }) => id === one.companyId)?.countryName ?? null;
      return readSitePhones([one.site], countryName, 'GB').some((phone) => phone.number === number);
    })
    .map(({ companyId }) => companyId);
}

function toPhone(text: string): StoredPhone {
  const [, typeName = null, value = text] = /^(\D+):(.*)$/.exec(text) ?? [];
  return { typeName, value };
}

function inWords(lookup: CompanyLookup): string {
  switch (lookup.match) {
    case 'MATCHED':
      return `MATCHED ${lookup.company.connectwiseId}`;
    case 'AMBIGUOUS':
      return `AMBIGUOUS ${lookup.candidates.map(({ connectwiseId }) => connectwiseId).join(',')}`;
    case 'UNKNOWN':
      return 'UNKNOWN';
  }
}
