// Guarantees how stored and configured phone numbers are read, and what OWN_PHONE_NUMBERS may contain.
import assert from 'node:assert/strict';

import { findCountry } from '../../src/domain/country.ts';
import { faultyOwnNumbers } from '../../src/domain/external-party.ts';
import { lastDigits, readStoredNumber } from '../../src/domain/phone-number.ts';

describe('a stored phone value', () => {
  for (const text of [
    '020 7946 1234',
    '(020) 7946-1234',
    '+44 (0)20 7946 1234',
    '0044 20 7946 1234',
    '020.7946.1234 ext 12',
    '020 7946 1234 (ext. 12)',
    '020 7946 1234 #12',
    '020 7946 1234, 12',
    'Tel: 020 7946 1234',
  ]) {
    it(`is read as E.164, its extension ignored: ${text}`, () => {
      assert.equal(readStoredNumber(text, 'GB'), '+442079461234');
    });
  }

  it('is read as a number of the country it belongs to', () => {
    assert.equal(readStoredNumber('(212) 555-0142', 'US'), '+12125550142');
    assert.equal(readStoredNumber('(212) 555-0142', 'GB'), null);
  });

  it('is never read with a plus prepended', () => {
    assert.equal(readStoredNumber('12125550142', 'GB'), null);
    assert.equal(readStoredNumber('442079461234', 'US'), null);
  });

  it('is read as null when it is not a valid number', () => {
    for (const text of ['', 'n/a', '2001', '07700 900123', '020 7946', 'see notes 12']) {
      assert.equal(readStoredNumber(text, 'GB'), null, text);
    }
  });
});

describe('the digits used for a search', () => {
  it('are the last eight of the national number', () => {
    assert.equal(lastDigits('+442079461234'), '79461234');
    assert.equal(lastDigits('+12125550142'), '25550142');
  });

  it('are all the digits of a shorter number', () => {
    assert.equal(lastDigits('+6834002'), '4002');
  });
});

describe('an item of OWN_PHONE_NUMBERS', () => {
  it('is an E.164 number, a range or an extension prefix', () => {
    const items = ['+442079460000', '+441632960000', '+4420794600*', '56360*', '2*'];
    assert.deepEqual(faultyOwnNumbers(items, 'GB'), []);
  });

  for (const item of [
    '*',
    '+*',
    'abc',
    '+44*',
    '020 7946 0000',
    '+4420794600',
    '+44207946000012',
    '5636021',
    '56360**',
    '563*60',
    '+0*',
    '0*',
    '00*',
    '44*',
    '',
  ]) {
    it(`is reported as faulty: "${item}"`, () => {
      assert.deepEqual(faultyOwnNumbers(['56360*', item], 'GB'), [item]);
    });
  }

  it('may be an extension prefix equal to the country code of another region', () => {
    assert.deepEqual(faultyOwnNumbers(['44*'], 'US'), []);
    assert.deepEqual(faultyOwnNumbers(['1*'], 'US'), ['1*']);
  });
});

describe('the English name of a country', () => {
  for (const [name, code] of [
    ['United Kingdom', 'GB'],
    ['united states', 'US'],
    ['United States of America', 'US'],
    ['USA', 'US'],
    ['The Netherlands', 'NL'],
    ['Ireland', 'IE'],
    ['Republic of Ireland', 'IE'],
    ['Côte d’Ivoire', 'CI'],
    ["Cote d'Ivoire", 'CI'],
    ['Trinidad and Tobago', 'TT'],
    ['Saint Lucia', 'LC'],
    ['Turkey', 'TR'],
    ['Türkiye', 'TR'],
    ['Hong Kong', 'HK'],
    ['Czech Republic', 'CZ'],
  ] as const) {
    it(`is recognised: ${name}`, () => {
      assert.equal(findCountry(name), code);
    });
  }

  it('is not recognised when there is no such country', () => {
    assert.equal(findCountry('Atlantis'), null);
    assert.equal(findCountry(''), null);
  });
});
