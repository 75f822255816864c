import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';

/** A number without a plus and with as many digits may carry its country code; `1 212 555 0100` is the shortest in practice. */
const MIN_DIGITS_WITH_COUNTRY_CODE = 11;

/** Unicode's invisible characters, which copying from a web page or an address book leaves around numbers. */
const INVISIBLE = /\p{Cf}/gu;

/** What people and trunks put between digits. */
const PUNCTUATION = /[\s().\-/]/g;

/** Makes full-width digits and odd spaces plain, removes invisible characters, and trims the ends. */
export function plainText(text: string): string {
  return text.normalize('NFKC').replace(INVISIBLE, '').trim();
}

/** No country code begins with 0: a plus before one was put in front of a national number. */
const FALSE_PLUS = /\+(?=[\s().\-/]*0)/;

/** The text as libphonenumber reads it. */
function readable(text: string): string {
  return plainText(text).replace(FALSE_PLUS, '');
}

/** The keys that would be dialled (`0-9 + * #`), or `null` when the text contains anything else. */
export function toDialString(text: string): string | null {
  const keys = plainText(text).replace(PUNCTUATION, '');
  return /^[\d+*#]+$/.test(keys) ? keys : null;
}

export function countDigits(text: string): number {
  return plainText(text).replace(/\D/g, '').length;
}

/**
 * A stored phone value as E.164; `null` when it is not a valid number (libphonenumber's full
 * metadata). National forms are read with `region`, never by adding a plus (and a plus before a 0 counts as none); an extension after the
 * number is ignored.
 */
export function readStoredNumber(text: string, region: CountryCode): string | null {
  const number = parsePhoneNumberFromString(readable(text), { defaultCountry: region });
  return number?.isValid() === true ? number.number : null;
}

/** The country of an E.164 number; `null` for one that belongs to none, such as a satellite phone. */
export function countryOf(number: string): CountryCode | null {
  return parsePhoneNumberFromString(number)?.country ?? null;
}

/**
 * What a value of the phone system may mean, as E.164: read with `region`, and, if it has no plus
 * and at least eleven digits, also with a plus in front. `possible` has every reading, valid or not;
 * `valid` is the first valid one, or `null`.
 */
export function readTrunkNumber(
  text: string,
  region: CountryCode,
): { readonly valid: string | null; readonly possible: readonly string[] } {
  const plain = readable(text);
  const readings = [parsePhoneNumberFromString(plain, { defaultCountry: region })];
  if (!plain.includes('+') && countDigits(plain) >= MIN_DIGITS_WITH_COUNTRY_CODE) {
    readings.push(parsePhoneNumberFromString(plain.replace(/\d/, '+$&')));
  }
  const numbers = readings.filter((reading) => reading !== undefined);
  return {
    valid: numbers.find((number) => number.isValid())?.number ?? null,
    possible: numbers.map((number) => number.number),
  };
}

/**
 * The last digits, with which every spelling of an E.164 number ends, whatever prefixes precede
 * them. Eight: more would reach the national prefixes that some countries put inside a number
 * (Argentina's 15), fewer would find too many unrelated numbers.
 */
export function lastDigits(number: string): string {
  const parsed = parsePhoneNumberFromString(number);
  return (parsed?.nationalNumber ?? number.replace(/\D/g, '')).slice(-8);
}
