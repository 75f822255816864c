import { MEANING_CODES } from './error-codes/meaning-codes.ts';
import { RECORDING_CODES } from './error-codes/recording-codes.ts';
import { SERVICE_CODES } from './error-codes/service-codes.ts';

/**
 * Every way a call or a request can fail, named `<SYSTEM>_<REASON>`. The two translators (to
 * Temporal and to HTTP) are total over this table, so a new code does not compile until mapped.
 */
export const ERROR_CODES = {
  ...RECORDING_CODES,
  ...MEANING_CODES,
  ...SERVICE_CODES,
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** Tells whether a text (for instance the type of a Temporal failure) is one of our codes. */
export function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === 'string' && Object.hasOwn(ERROR_CODES, text);
}
