import type { CodeFacts } from './error-codes/code-facts.ts';
import { CONNECTWISE_CODES } from './error-codes/connectwise.ts';
import { DATABASE_CODES } from './error-codes/database.ts';
import { LANGUAGE_MODEL_CODES } from './error-codes/language-model.ts';
import { PHONE_SYSTEM_CODES } from './error-codes/phone-system.ts';
import { REQUEST_CODES } from './error-codes/request.ts';
import { RUN_CODES } from './error-codes/run.ts';
import { SPEECH_CODES } from './error-codes/speech.ts';
import { STORAGE_CODES } from './error-codes/storage.ts';
import { TEMPORAL_CODES } from './error-codes/temporal.ts';

/**
 * Every way a call or a request can fail, named `<SYSTEM>_<REASON>`. A new code belongs in the file
 * of its system; a new system is a file in error-codes/ that is added here and to CODE_GROUPS.
 */
export const ERROR_CODES = {
  ...PHONE_SYSTEM_CODES,
  ...STORAGE_CODES,
  ...SPEECH_CODES,
  ...CONNECTWISE_CODES,
  ...LANGUAGE_MODEL_CODES,
  ...DATABASE_CODES,
  ...TEMPORAL_CODES,
  ...REQUEST_CODES,
  ...RUN_CODES,
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

/** The same codes under the headings, and in the order, in which operators read about them. */
export const CODE_GROUPS = {
  'Phone system': PHONE_SYSTEM_CODES,
  'Cloud Storage': STORAGE_CODES,
  'Speech-to-Text': SPEECH_CODES,
  ConnectWise: CONNECTWISE_CODES,
  'Language model': LANGUAGE_MODEL_CODES,
  Database: DATABASE_CODES,
  Temporal: TEMPORAL_CODES,
  'Requests to the gateway': REQUEST_CODES,
  'The run itself': RUN_CODES,
} as const satisfies Record<string, Partial<Record<ErrorCode, CodeFacts>>>;

/** The codes that a request to the gateway can meet. All others belong to steps and runs. */
export type RequestCode =
  | ListeningCode
  | keyof typeof DATABASE_CODES
  | keyof typeof TEMPORAL_CODES
  | keyof typeof REQUEST_CODES;

/** The codes that somebody can meet who listens to an archived recording. */
type ListeningCode = Extract<
  ErrorCode,
  | 'STORAGE_UNAVAILABLE'
  | 'STORAGE_RATE_LIMITED'
  | 'STORAGE_PAYMENT_REQUIRED'
  | 'STORAGE_CREDENTIALS_REFUSED'
  | 'STORAGE_OBJECT_MISSING'
  | 'STORAGE_BAD_REQUEST'
>;

/** Tells whether a text (for instance the type of a Temporal failure) is one of our codes. */
export function isErrorCode(text: unknown): text is ErrorCode {
  return typeof text === 'string' && Object.hasOwn(ERROR_CODES, text);
}
