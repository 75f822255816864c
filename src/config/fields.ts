import ms, { type StringValue } from 'ms';
import { z } from 'zod';

import { parsePrice } from '../domain/call-cost.ts';
import { isQuoted } from './quotation-marks.ts';

/** A text without blanks around it. */
export const text = z.string('is missing').trim();
/** Items between commas; empty ones do not count. */
export const list = text.transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);
/** A whole number within bounds, both included. */
export const wholeNumber = (min: number, max: number) =>
  text
    .regex(/^\d+$/, 'must be a whole number')
    .transform(Number)
    .refine((value) => value >= min && value <= max, `must be between ${min} and ${max}`);
/** How many requests at once; `null` (unset): any number. A worker does no more than a hundred things at once. */
export const concurrency = wholeNumber(1, 100).nullable().default(null);
/** An http(s) URL without user info and without trailing slashes. */
export const webAddress = text
  .refine(
    (value) => /^https?:\/\//i.test(value) && URL.parse(value) !== null,
    'must be an http(s) URL',
  )
  // They would be logged and shown with the address, and most clients do not send them.
  .refine(hasNoUserInfo, 'must be a URL without a user and a password')
  // Clients tell by the scheme, in small letters, whether a connection is encrypted.
  .transform((value) =>
    value.replace(/^https?/i, (scheme) => scheme.toLowerCase()).replace(/\/+$/, ''),
  );
/**
 * Headers carry these, so nothing else can be right: a line break or a typographic quotation mark was
 * copied along.
 */
export const key = text
  .regex(/^[\x21-\x7e]+$/, 'must be one line of ASCII characters without blanks')
  .refine((value) => !isQuoted(value), 'must not stand between quotation marks');
/** One line, such as a user name. */
export const line = text.regex(/^\P{Cc}*$/u, 'must be one line without control characters');

/** Micro-units or `null` (unset), as `parsePrice` gives them. */
export const price = text
  .transform(parsePrice)
  .refine((value) => value !== null, 'must be a price such as 0.016, with at most six decimals')
  .nullable()
  .default(null);
/** A duration in words ("30 days"), in milliseconds; at least a second. */
export const duration = (maxMs: number, fault: string) =>
  text
    .transform(toMilliseconds)
    .refine((value) => value !== null && value >= 1000 && value <= maxMs, fault)
    .transform((value) => value ?? 0);

function hasNoUserInfo(value: string): boolean {
  const url = URL.parse(value);
  return url === null || url.username + url.password === '';
}

function toMilliseconds(value: string): number | null {
  try {
    // The library throws or returns undefined for a text that is not a duration, which its type hides.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return ms(value as StringValue) ?? null;
  } catch {
    return null;
  }
}
