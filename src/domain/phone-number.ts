import { parsePhoneNumberFromString, type CountryCode } from 'libphonenumber-js/max';

/** A number as long as this, without a plus, may carry its country code: the shortest that does in practice (`1 212 555 0100`). */
const LEAST_DIGITS_WITH_COUNTRY_CODE = 11;

/** Unicode's invisible marks, which copying from a web page or an address book leaves around numbers. */
const INVISIBLE = /\p{Cf}/gu;

/** What people and trunks put between digits. */
const PUNCTUATION = /[\s().\-/]/g;

/** Full-width digits and odd spaces become plain ones, invisible marks go, the ends are trimmed. */
export function plainText(text: string): string {
  return text.normalize('NFKC').replace(INVISIBLE, '').trim();
}

/** The keys that would be dialled (`0-9 + * #`), or `null` when the text holds anything else. */
export function toDialString(text: string): string | null {
  const keys = plainText(text).replace(PUNCTUATION, '');
  return /^[\d+*#]+$/.test(keys) ? keys : null;
}

export function countDigits(text: string): number {
  return plainText(text).replace(/\D/g, '').length;
}

/**
 * A stored phone value as E.164, `null` when it is not a valid number (libphonenumber's full
 * metadata). National forms are read with `region`, never with a plus put in front; an extension
 * behind the number is ignored.
 */
export function readStoredNumber(text: string, region: CountryCode): string | null {
  const number = parsePhoneNumberFromString(plainText(text), { defaultCountry: region });
  return number?.isValid() === true ? number.number : null;
}

/**
 * What a value of the phone system may mean, as E.164: read with `region`, and, if it has no plus
 * and at least eleven digits, with one in front. `possible` holds every reading, valid or not;
 * `valid` is the first valid one, or `null`.
 */
export function readTrunkNumber(
  text: string,
  region: CountryCode,
): { readonly valid: string | null; readonly possible: readonly string[] } {
  const plain = plainText(text);
  const readings = [parsePhoneNumberFromString(plain, { defaultCountry: region })];
  if (!plain.includes('+') && countDigits(plain) >= LEAST_DIGITS_WITH_COUNTRY_CODE) {
    readings.push(parsePhoneNumberFromString(plain.replace(/\d/, '+$&')));
  }
  const numbers = readings.filter((reading) => reading !== undefined);
  return {
    valid: numbers.find((number) => number.isValid())?.number ?? null,
    possible: numbers.map((number) => number.number),
  };
}

/**
 * The last digits that every spelling of an E.164 number ends with, whatever prefixes stand before
 * them. Eight: more would meet the national prefixes that some countries put inside (Argentina's 15),
 * fewer would find too many strangers.
 */
export function lastDigits(number: string): string {
  const parsed = parsePhoneNumberFromString(number);
  return (parsed?.nationalNumber ?? number.replace(/\D/g, '')).slice(-8);
}
