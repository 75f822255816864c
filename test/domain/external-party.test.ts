// Guarantees that the external party and the direction of a call follow the rules, case by case.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import fc from 'fast-check';
import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';

import { findExternalParty, type ExternalParty } from '../../src/domain/external-party.ts';

/** The phone system writes texts and numbers; the client keeps a number's decimal text. */
const field = z
  .union([z.string(), z.number().transform(String)])
  .nullable()
  .default('')
  .transform((text) => text || null);
const region = z.custom<'GB'>((value) => typeof value === 'string' && isSupportedCountry(value));
const tableSchema = z.object({
  defaults: z.object({
    region,
    ownNumbers: z.array(z.string()),
    serviceNumbers: z.array(z.string()),
  }),
  groups: z.array(
    z.object({
      rule: z.string(),
      cases: z.array(
        z.strictObject({
          why: z.string(),
          snumber: field,
          cnumber: field,
          dnumber: field,
          callerid_internal: field,
          region: region.optional(),
          ownNumbers: z.array(z.string()).optional(),
          serviceNumbers: z.array(z.string()).optional(),
          expect: z.string(),
        }),
      ),
    }),
  ),
});
const file = new URL('data/external-party.json', import.meta.url);
const { defaults, groups } = tableSchema.parse(JSON.parse(readFileSync(file, 'utf8')));

const conversationSchema = z.object({
  conversations: z.array(
    z.strictObject({
      why: z.string(),
      party: z.string(),
      legs: z
        .array(
          z.strictObject({
            leg: z.string(),
            snumber: field,
            cnumber: field,
            dnumber: field,
            callerid_internal: field,
          }),
        )
        .min(2),
    }),
  ),
});
const conversationFile = new URL('data/conversations.json', import.meta.url);
const { conversations } = conversationSchema.parse(
  JSON.parse(readFileSync(conversationFile, 'utf8')),
);

describe('the external party of a call', () => {
  for (const { rule, cases } of groups) {
    describe(rule, () => {
      for (const { why, expect, ...given } of cases) {
        it(`${why}: ${expect}`, () => {
          const { snumber, cnumber, dnumber, callerid_internal: calleridInternal } = given;
          const rules = {
            region: given.region ?? defaults.region,
            ownNumbers: given.ownNumbers ?? defaults.ownNumbers,
            serviceNumbers: given.serviceNumbers ?? defaults.serviceNumbers,
          };
          const party = findExternalParty({ snumber, cnumber, dnumber, calleridInternal }, rules);
          assert.equal(inWords(party), expect);
        });
      }
    });
  }

  it('is tested in at least 120 different cases', () => {
    const inputs = groups.flatMap(({ cases }) =>
      cases.map((one) => JSON.stringify({ ...one, why: '', expect: '' })),
    );
    assert.ok(new Set(inputs).size >= 120, `${inputs.length}`);
  });

  for (const { why, party, legs } of conversations) {
    it(`is the same whichever leg is processed: ${why}`, () => {
      for (const { snumber, cnumber, dnumber, callerid_internal: calleridInternal } of legs) {
        const numbers = { snumber, cnumber, dnumber, calleridInternal };
        assert.equal(inWords(findExternalParty(numbers, defaults)), party, JSON.stringify(numbers));
      }
    });
  }

  it('can be determined for arbitrary text, and a number is always E.164', () => {
    const text = fc.option(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: fc.constantFrom(...'0123456789+*#-() .;:@<>%sipx'.split('')) }),
      ),
    );
    fc.assert(
      fc.property(text, text, text, text, (snumber, cnumber, dnumber, calleridInternal) => {
        const party = findExternalParty({ snumber, cnumber, dnumber, calleridInternal }, defaults);
        assert.ok(party.kind !== 'NUMBER' || /^\+[1-9]\d{4,14}$/.test(party.number));
      }),
    );
  });
});

/** A party as the table writes it. */
function inWords(party: ExternalParty): string {
  const end = party.kind === 'NUMBER' ? party.number : party.kind === 'UNKNOWN' ? party.reason : '';
  return `${party.direction ?? '-'} ${party.kind} ${end}`.trim();
}
