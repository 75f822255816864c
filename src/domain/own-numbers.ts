import {
  getCountryCallingCode,
  parsePhoneNumberFromString,
  type CountryCode,
} from 'libphonenumber-js/max';

import { readTrunkNumber, toDialString } from './phone-number.ts';

const EXACT = /^\+[1-9]\d+$/;
const RANGE = /^(\+[1-9]\d+)\*$/;
const EXTENSION_PREFIX = /^(\d+)\*$/;

/** A range with fewer digits would be a country or a whole network, not one company's numbers. */
const MIN_DIGITS_OF_A_RANGE = 5;

/**
 * Checks items of OWN_PHONE_NUMBERS and returns the faulty ones: an item is an E.164 number
 * (`+442079460000`), a number range (`+4420794600*`) or an extension prefix (`56360*`). A prefix
 * that would match every outside number (`0*`, `00*`, the region's country code) is faulty too.
 */
export function faultyOwnNumbers(items: readonly string[], region: CountryCode): string[] {
  return items.filter((item) => !isOwnNumberItem(item, region));
}

function isOwnNumberItem(item: string, region: CountryCode): boolean {
  if (EXACT.test(item)) {
    return parsePhoneNumberFromString(item)?.isPossible() === true;
  }
  const range = RANGE.exec(item)?.[1];
  if (range !== undefined) {
    return range.length - '+'.length >= MIN_DIGITS_OF_A_RANGE;
  }
  const prefix = EXTENSION_PREFIX.exec(item)?.[1];
  return prefix !== undefined && !['0', '00', getCountryCallingCode(region)].includes(prefix);
}

/**
 * Tells whether a value of the phone system is one of the MSP's own. A range matches only valid
 * numbers; an extension prefix matches what was dialled or shown without a plus.
 */
export function isOwnNumber(
  text: string,
  ownNumbers: readonly string[],
  region: CountryCode,
): boolean {
  const { valid, possible } = readTrunkNumber(text, region);
  const keys = toDialString(text);
  return ownNumbers.some((item) => {
    const range = RANGE.exec(item)?.[1];
    if (range !== undefined) {
      return valid?.startsWith(range) === true;
    }
    const prefix = EXTENSION_PREFIX.exec(item)?.[1];
    return prefix === undefined ? possible.includes(item) : keys?.startsWith(prefix) === true;
  });
}
