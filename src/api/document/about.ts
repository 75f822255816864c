import { isErrorCode, type ErrorCode, type RequestCode } from '../../domain/error-codes.ts';
import { DATABASE_CODES } from '../../domain/error-codes/database.ts';
import { TEMPORAL_CODES } from '../../domain/error-codes/temporal.ts';

/** The chapters of the document, in its order. */
export const TAGS = {
  calls: 'Submit recordings, and read what became of them.',
  lists: 'Find calls, count them, and see why calls fail.',
  reprocessing: 'Do steps of calls again, one call or many.',
  hooks: 'What phone systems send that have no key.',
  service: 'How the gateway is, and what it can do.',
} as const;

/** What the document says about a route, beside its schemas. */
export type About = {
  /** What a generated client calls it: unique, in the imperative, such as `readCall`. */
  readonly name: string;
  readonly tag: keyof typeof TAGS;
  /** In a line, for a list of routes. */
  readonly summary: string;
  /** What it does, in whole sentences, for somebody who meets it for the first time. */
  readonly does: string;
  /**
   * Why it refuses requests that are well formed and permitted. What every route may answer (a request
   * that is malformed, has no key or comes too often) need not be repeated.
   */
  readonly refusals: readonly ErrorCode[];
};

/** Why a route refuses requests when it asks the database. */
export const DATABASE_REFUSALS = Object.keys(DATABASE_CODES).filter(isErrorCode);

/** Why a route refuses requests when it asks Temporal. */
export const TEMPORAL_REFUSALS = Object.keys(TEMPORAL_CODES).filter(isErrorCode);

/** Why a route refuses requests when it asks the archive. */
export const STORAGE_REFUSALS = [
  'STORAGE_UNAVAILABLE',
  'STORAGE_RATE_LIMITED',
  'STORAGE_PAYMENT_REQUIRED',
  'STORAGE_CREDENTIALS_REFUSED',
  'STORAGE_BAD_REQUEST',
  'STORAGE_OBJECT_MISSING',
] as const satisfies readonly RequestCode[];

/** Where a route keeps its refusals until the document is written. */
export const REFUSALS = 'x-refusals';

/** Describes a route: to be spread into its `schema`, beside what it takes and answers. */
export function about({ name, tag, summary, does, refusals }: About) {
  return {
    operationId: name,
    tags: [tag],
    summary,
    description: does,
    [REFUSALS]: refusals,
  };
}
