import type { CountryCode } from 'libphonenumber-js/max';

import { isOwnNumber } from './own-numbers.ts';
import { countDigits, plainText, readTrunkNumber, toDialString } from './phone-number.ts';

export type NumberRules = {
  /** PHONE_REGION: the country whose national numbers are written without a country code. */
  readonly region: CountryCode;
  /** The items of OWN_PHONE_NUMBERS. */
  readonly ownNumbers: readonly string[];
  /** The items of SERVICE_NUMBERS, such as 999. */
  readonly serviceNumbers: readonly string[];
};

/** What one number field of the phone system means. */
export type TrunkValue =
  | { readonly kind: 'EMPTY' | 'HIDDEN' | 'LABEL' | 'OURS' }
  | {
      readonly kind: 'EXTERNAL';
      /** E.164, `null` when it is not a valid number. */
      readonly number: string | null;
      readonly isService: boolean;
    };

const HIDDEN_WORDS = [
  'anonymous',
  'unknown',
  'restricted',
  'private',
  'withheld',
  'unavailable',
  'nocallerid',
];
const HIDDEN_TEXT = new RegExp(`^(?:number)?(?:${HIDDEN_WORDS.join('|')})(?:number)?$`);

/** What trunks send in place of a number: a lone sign, zeros, or ANONYMOUS typed on a keypad. */
const LONE_SIGN = /^[+-]$/;
const HIDDEN_KEYS = /^\+?(?:0+|266696687)$/;

/** An extension, or a feature code such as `*78`. */
const INTERNAL_KEYS = /^(?:\d{1,5}|\*[\d*#]*)$/;

/** A text with fewer digits than this is a name with a number in it ("Queue 12"), not a number. */
const MIN_DIGITS_OF_A_NUMBER = 6;

/** Reads one number field. The order of the checks matters, because a value may pass several of them. */
export function readTrunkValue(value: string | null, rules: NumberRules): TrunkValue {
  const text = userPart(plainText(value ?? ''));
  if (text === '') return { kind: 'EMPTY' };
  if (isHidden(text)) return { kind: 'HIDDEN' };

  const number = readTrunkNumber(text, rules.region).valid;
  if (isLabel(text, number)) return { kind: 'LABEL' };
  if (isOwnNumber(text, rules.ownNumbers, rules.region)) return { kind: 'OURS' };

  const keys = toDialString(text);
  const isService = keys !== null && rules.serviceNumbers.includes(keys);
  if (!isService && keys !== null && INTERNAL_KEYS.test(keys)) return { kind: 'OURS' };
  return { kind: 'EXTERNAL', number, isService };
}

/** The percent-decoded user part of `"Name" <sip:user;params@host>`, `tel:user;params` or `user@host`. */
function userPart(text: string): string {
  const address = (/<([^<>]*)>/.exec(text)?.[1] ?? text).trim();
  const uri = /^(?:sips?|tel):([^@]*)(@.*)?$/i.exec(address) ?? /^([^\s@]+)(@)\S+$/.exec(address);
  if (uri?.[1] === undefined) return address;

  const user = uri[1].replace(/[;?:].*$/, '');
  // RFC 3261: a SIP URI without @ names a host, which says nothing about a number.
  if (uri[2] === undefined && /^sip/i.test(address) && !/^\+?\d+$/.test(user)) return '';
  try {
    return plainText(decodeURIComponent(user));
  } catch {
    // A percent sign that does not begin an escape: the text is taken literally.
    return user;
  }
}

function isHidden(text: string): boolean {
  const words = text.toLowerCase().replace(/[\s\p{P}]/gu, '');
  return (
    LONE_SIGN.test(text) || HIDDEN_KEYS.test(toDialString(text) ?? '') || HIDDEN_TEXT.test(words)
  );
}

function isLabel(text: string, number: string | null): boolean {
  return /\p{L}/u.test(text) && countDigits(text) < MIN_DIGITS_OF_A_NUMBER && number === null;
}
